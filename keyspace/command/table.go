package command

import "github.com/ringer-kv/ringer/keyspace"

// Table is every command there is, for keyspace.Options. One line per command.
func Table() []*keyspace.Spec {
	return []*keyspace.Spec{
		// bitmap.go, bitmap_count.go, bitmap_op.go, bitmap_field.go
		&setbitSpec, &getbitSpec, &bitcountSpec, &bitposSpec, &bitopSpec, &bitfieldSpec,
		&bitfieldroSpec,

		// connection.go
		&authSpec, &clientSpec, &echoSpec, &helloSpec, &pingSpec, &quitSpec, &resetSpec,
		&selectSpec,

		// command.go
		&commandSpec,

		// expire.go
		&expireSpec, &pexpireSpec, &expireatSpec, &pexpireatSpec, &ttlSpec, &pttlSpec,
		&expiretimeSpec, &pexpiretimeSpec, &persistSpec,

		// flush.go
		&dbsizeSpec, &flushdbSpec, &flushallSpec,

		// generic.go
		&delSpec, &unlinkSpec, &existsSpec, &typeSpec, &keysSpec, &scanSpec,

		// object.go
		&objectSpec, &touchSpec, &randomkeySpec,

		// rename.go
		&renameSpec, &renamenxSpec, &moveSpec, &copySpec, &swapdbSpec,

		// hash.go, hash_incr.go, hash_random.go
		&hdelSpec, &hexistsSpec, &hgetSpec, &hgetallSpec, &hincrbySpec, &hincrbyfloatSpec,
		&hkeysSpec, &hlenSpec, &hmgetSpec, &hmsetSpec, &hrandfieldSpec, &hscanSpec, &hsetSpec,
		&hsetnxSpec, &hstrlenSpec, &hvalsSpec,

		// set.go, set_algebra.go, set_random.go
		&saddSpec, &scardSpec, &sdiffSpec, &sdiffstoreSpec, &sinterSpec, &sintercardSpec,
		&sinterstoreSpec, &sismemberSpec, &smembersSpec, &smismemberSpec, &smoveSpec, &spopSpec,
		&srandmemberSpec, &sremSpec, &sscanSpec, &sunionSpec, &sunionstoreSpec,

		// zset.go, zrange.go
		&zaddSpec, &zremSpec, &zscoreSpec, &zcardSpec, &zrankSpec, &zrangeSpec, &zquerySpec,

		// list_read.go, list_write.go, list_push.go
		&llenSpec, &lindexSpec, &lrangeSpec, &lposSpec, &linsertSpec, &lsetSpec, &lremSpec,
		&ltrimSpec, &lpushSpec, &rpushSpec, &lpushxSpec, &rpushxSpec, &lpopSpec, &rpopSpec,
		&lmpopSpec, &lmoveSpec, &rpoplpushSpec,

		// list_block.go
		&blpopSpec, &brpopSpec, &blmpopSpec, &blmoveSpec, &brpoplpushSpec,

		// zset_block.go
		&bzpopminSpec, &bzpopmaxSpec, &bzmpopSpec,

		// zset_score.go, zset_pop.go, zset_random.go
		&zincrbySpec, &zmscoreSpec, &zcountSpec, &zlexcountSpec, &zrevrankSpec, &zpopminSpec,
		&zpopmaxSpec, &zmpopSpec, &zrandmemberSpec, &zscanSpec,

		// zset_range.go, zset_remove.go
		&zrevrangeSpec, &zrangebyscoreSpec, &zrevrangebyscoreSpec, &zrangebylexSpec,
		&zrevrangebylexSpec, &zrangestoreSpec, &zremrangebyrankSpec, &zremrangebyscoreSpec,
		&zremrangebylexSpec,

		// zset_algebra.go
		&zunionSpec, &zunionstoreSpec, &zinterSpec, &zinterstoreSpec, &zintercardSpec, &zdiffSpec,
		&zdiffstoreSpec,

		// server.go
		&configSpec, &debugSpec, &infoSpec, &shutdownSpec, &timeSpec,

		// string.go
		&getSpec, &setSpec,

		// string_incr.go, string_range.go, string_set.go, string_lcs.go
		&incrSpec, &decrSpec, &incrbySpec, &decrbySpec, &incrbyfloatSpec, &appendSpec, &strlenSpec,
		&setrangeSpec, &getrangeSpec, &substrSpec, &setnxSpec, &setexSpec, &psetexSpec, &getsetSpec,
		&getdelSpec, &getexSpec, &mgetSpec, &msetSpec, &msetnxSpec, &lcsSpec,
	}
}
