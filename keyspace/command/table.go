package command

import (
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
)

// Table is every command there is, for keyspace.Options. One line per command.
func Table() []*keyspace.Spec {
	return slices.Concat(
		keyTable(),
		stringTable(),
		geoTable(),
		hyperLogLogTable(),
		listTable(),
		hashTable(),
		setTable(),
		sortedSetTable(),
		streamTable(),
		serverTable(),
		sessionTable(),
		scriptTable(),
	)
}

// keyTable is the commands of keys of any type.
func keyTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// dump.go, sort.go
		&dumpSpec, &restoreSpec, &sortSpec, &sortroSpec,

		// expire.go
		&expireSpec, &pexpireSpec, &expireatSpec, &pexpireatSpec, &ttlSpec, &pttlSpec,
		&expiretimeSpec, &pexpiretimeSpec, &persistSpec,

		// generic.go
		&delSpec, &unlinkSpec, &existsSpec, &typeSpec, &keysSpec, &scanSpec,

		// object.go
		&objectSpec, &touchSpec, &randomkeySpec,

		// rename.go
		&renameSpec, &renamenxSpec, &moveSpec, &copySpec, &swapdbSpec,
	}
}

// stringTable is the commands of strings and bitmaps.
func stringTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// bitmap.go, bitmap_count.go, bitmap_op.go, bitmap_field.go
		&setbitSpec, &getbitSpec, &bitcountSpec, &bitposSpec, &bitopSpec, &bitfieldSpec,
		&bitfieldroSpec,

		// string.go
		&getSpec, &setSpec,

		// string_incr.go, string_range.go, string_set.go, string_lcs.go
		&incrSpec, &decrSpec, &incrbySpec, &decrbySpec, &incrbyfloatSpec, &appendSpec, &strlenSpec,
		&setrangeSpec, &getrangeSpec, &substrSpec, &setnxSpec, &setexSpec, &psetexSpec, &getsetSpec,
		&getdelSpec, &getexSpec, &mgetSpec, &msetSpec, &msetnxSpec, &lcsSpec,
	}
}

// geoTable is the commands of places on the earth.
func geoTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// geo.go
		&geoaddSpec, &geodistSpec, &geohashSpec, &geoposSpec,

		// geo_search.go
		&georadiusSpec, &georadiusroSpec, &georadiusbymemberSpec, &georadiusbymemberroSpec,
		&geosearchSpec, &geosearchstoreSpec,
	}
}

// hyperLogLogTable is the commands of HyperLogLogs.
func hyperLogLogTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// hyperloglog.go, hyperloglog_debug.go
		&pfaddSpec, &pfcountSpec, &pfmergeSpec, &pfdebugSpec, &pfselftestSpec,
	}
}

// listTable is the commands of lists.
func listTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// list_block.go
		&blpopSpec, &brpopSpec, &blmpopSpec, &blmoveSpec, &brpoplpushSpec,

		// list_read.go, list_write.go, list_push.go
		&llenSpec, &lindexSpec, &lrangeSpec, &lposSpec, &linsertSpec, &lsetSpec, &lremSpec,
		&ltrimSpec, &lpushSpec, &rpushSpec, &lpushxSpec, &rpushxSpec, &lpopSpec, &rpopSpec,
		&lmpopSpec, &lmoveSpec, &rpoplpushSpec,
	}
}

// hashTable is the commands of hashes.
func hashTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// hash.go, hash_incr.go, hash_random.go
		&hdelSpec, &hexistsSpec, &hgetSpec, &hgetallSpec, &hincrbySpec, &hincrbyfloatSpec,
		&hkeysSpec, &hlenSpec, &hmgetSpec, &hmsetSpec, &hrandfieldSpec, &hscanSpec, &hsetSpec,
		&hsetnxSpec, &hstrlenSpec, &hvalsSpec,

		// hash_expire.go, hash_ttl.go
		&hexpireSpec, &hpexpireSpec, &hexpireatSpec, &hpexpireatSpec, &httlSpec, &hpttlSpec,
		&hexpiretimeSpec, &hpexpiretimeSpec, &hpersistSpec,
	}
}

// setTable is the commands of sets.
func setTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// set.go, set_algebra.go, set_random.go
		&saddSpec, &scardSpec, &sdiffSpec, &sdiffstoreSpec, &sinterSpec, &sintercardSpec,
		&sinterstoreSpec, &sismemberSpec, &smembersSpec, &smismemberSpec, &smoveSpec, &spopSpec,
		&srandmemberSpec, &sremSpec, &sscanSpec, &sunionSpec, &sunionstoreSpec,
	}
}

// sortedSetTable is the commands of sorted sets.
func sortedSetTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// zset.go, zrange.go
		&zaddSpec, &zremSpec, &zscoreSpec, &zcardSpec, &zrankSpec, &zrangeSpec, &zquerySpec,

		// zset_algebra.go
		&zunionSpec, &zunionstoreSpec, &zinterSpec, &zinterstoreSpec, &zintercardSpec, &zdiffSpec,
		&zdiffstoreSpec,

		// zset_block.go
		&bzpopminSpec, &bzpopmaxSpec, &bzmpopSpec,

		// zset_range.go, zset_remove.go
		&zrevrangeSpec, &zrangebyscoreSpec, &zrevrangebyscoreSpec, &zrangebylexSpec,
		&zrevrangebylexSpec, &zrangestoreSpec, &zremrangebyrankSpec, &zremrangebyscoreSpec,
		&zremrangebylexSpec,

		// zset_score.go, zset_pop.go, zset_random.go
		&zincrbySpec, &zmscoreSpec, &zcountSpec, &zlexcountSpec, &zrevrankSpec, &zpopminSpec,
		&zpopmaxSpec, &zmpopSpec, &zrandmemberSpec, &zscanSpec,
	}
}

// streamTable is the commands of streams.
func streamTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// stream.go, stream_add.go, stream_info.go
		&xlenSpec, &xrangeSpec, &xrevrangeSpec, &xdelSpec, &xsetidSpec, &xaddSpec, &xtrimSpec,
		&xinfoSpec,

		// stream_group.go, stream_read.go, stream_claim.go
		&xgroupSpec, &xackSpec, &xreadSpec, &xreadgroupSpec, &xclaimSpec, &xautoclaimSpec,
		&xpendingSpec,
	}
}

// serverTable is the commands of connections and the server.
func serverTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// acl.go, acl_user.go
		&aclSpec,

		// command.go
		&commandSpec,

		// connection.go
		&authSpec, &clientSpec, &echoSpec, &helloSpec, &pingSpec, &quitSpec, &resetSpec,
		&selectSpec,

		// monitor.go, slowlog.go, latency.go, lolwut.go
		&monitorSpec, &slowlogSpec, &latencySpec, &lolwutSpec,

		// memory.go, module.go, cluster.go
		&memorySpec, &moduleSpec, &clusterSpec, &readonlySpec, &readwriteSpec, &askingSpec,

		// replication.go
		&roleSpec, &replicaofSpec, &slaveofSpec, &failoverSpec, &syncSpec, &psyncSpec,
		&replconfSpec, &waitSpec, &waitaofSpec, &lastsaveSpec,

		// flush.go
		&dbsizeSpec, &flushdbSpec, &flushallSpec,

		// server.go
		&configSpec, &debugSpec, &infoSpec, &shutdownSpec, &timeSpec,
	}
}

// sessionTable is the commands of transactions and of publishing.
func sessionTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// transactions.go
		&multiSpec, &execSpec, &discardSpec, &watchSpec, &unwatchSpec,

		// pubsub.go, pubsub_info.go
		&subscribeSpec, &psubscribeSpec, &ssubscribeSpec, &unsubscribeSpec, &punsubscribeSpec,
		&sunsubscribeSpec, &publishSpec, &spublishSpec, &pubsubSpec,
	}
}

// scriptTable is the commands of scripts.
func scriptTable() []*keyspace.Spec {
	return []*keyspace.Spec{
		// function.go
		&fcallSpec, &fcallroSpec, &functionSpec,

		// scripting.go
		&evalSpec, &evalroSpec, &evalshaSpec, &evalsharoSpec, &scriptSpec,
	}
}
