package keyspace

// absentCommands are the commands of redis-server 7.0.15 that are not here, each with its
// categories. A line for one that is here has no effect.
const absentCommands = `acl slow
acl|cat slow
acl|deluser admin slow dangerous
acl|dryrun admin slow dangerous
acl|genpass slow
acl|getuser admin slow dangerous
acl|help slow
acl|list admin slow dangerous
acl|load admin slow dangerous
acl|log admin slow dangerous
acl|save admin slow dangerous
acl|setuser admin slow dangerous
acl|users admin slow dangerous
acl|whoami slow
asking fast connection
bgrewriteaof admin slow dangerous
bgsave admin slow dangerous
client|caching slow connection
client|getredir slow connection
client|info slow connection
client|kill admin slow dangerous connection
client|list admin slow dangerous connection
client|no-evict admin slow dangerous connection
client|pause admin slow dangerous connection
client|reply slow connection
client|tracking slow connection
client|trackinginfo slow connection
client|unblock admin slow dangerous connection
client|unpause admin slow dangerous connection
cluster slow
cluster|addslots admin slow dangerous
cluster|addslotsrange admin slow dangerous
cluster|bumpepoch admin slow dangerous
cluster|count-failure-reports admin slow dangerous
cluster|countkeysinslot slow
cluster|delslots admin slow dangerous
cluster|delslotsrange admin slow dangerous
cluster|failover admin slow dangerous
cluster|flushslots admin slow dangerous
cluster|forget admin slow dangerous
cluster|getkeysinslot slow
cluster|help slow
cluster|info slow
cluster|keyslot slow
cluster|links slow
cluster|meet admin slow dangerous
cluster|myid slow
cluster|nodes slow
cluster|replicas admin slow dangerous
cluster|replicate admin slow dangerous
cluster|reset admin slow dangerous
cluster|saveconfig admin slow dangerous
cluster|set-config-epoch admin slow dangerous
cluster|setslot admin slow dangerous
cluster|shards slow
cluster|slaves admin slow dangerous
cluster|slots slow
config|rewrite admin slow dangerous
discard fast transaction
dump keyspace read slow
eval slow scripting
eval_ro slow scripting
evalsha slow scripting
evalsha_ro slow scripting
exec slow transaction
failover admin slow dangerous
fcall slow scripting
fcall_ro slow scripting
function slow
function|delete write slow scripting
function|dump slow scripting
function|flush write slow scripting
function|help slow scripting
function|kill slow scripting
function|list slow scripting
function|load write slow scripting
function|restore write slow scripting
function|stats slow scripting
geoadd write geo slow
geodist read geo slow
geohash read geo slow
geopos read geo slow
georadius write geo slow
georadius_ro read geo slow
georadiusbymember write geo slow
georadiusbymember_ro read geo slow
geosearch read geo slow
geosearchstore write geo slow
lastsave admin fast dangerous
latency slow
latency|doctor admin slow dangerous
latency|graph admin slow dangerous
latency|help slow
latency|histogram admin slow dangerous
latency|history admin slow dangerous
latency|latest admin slow dangerous
latency|reset admin slow dangerous
lolwut read fast
memory slow
memory|doctor slow
memory|help slow
memory|malloc-stats slow
memory|purge slow
memory|stats slow
memory|usage read slow
migrate keyspace write slow dangerous
module slow
module|help slow
module|list admin slow dangerous
module|load admin slow dangerous
module|loadex admin slow dangerous
module|unload admin slow dangerous
monitor admin slow dangerous
multi fast transaction
psubscribe pubsub slow
psync admin slow dangerous
publish pubsub fast
pubsub slow
pubsub|channels pubsub slow
pubsub|help slow
pubsub|numpat pubsub slow
pubsub|numsub pubsub slow
pubsub|shardchannels pubsub slow
pubsub|shardnumsub pubsub slow
punsubscribe pubsub slow
readonly fast connection
readwrite fast connection
replconf admin slow dangerous
replicaof admin slow dangerous
restore keyspace write slow dangerous
restore-asking keyspace write slow dangerous
role admin fast dangerous
save admin slow dangerous
script slow
script|debug slow scripting
script|exists slow scripting
script|flush slow scripting
script|help slow scripting
script|kill slow scripting
script|load slow scripting
slaveof admin slow dangerous
slowlog slow
slowlog|get admin slow dangerous
slowlog|help slow
slowlog|len admin slow dangerous
slowlog|reset admin slow dangerous
sort write set sortedset list slow dangerous
sort_ro read set sortedset list slow dangerous
spublish pubsub fast
ssubscribe pubsub slow
subscribe pubsub slow
sunsubscribe pubsub slow
sync admin slow dangerous
unsubscribe pubsub slow
unwatch fast transaction
wait slow connection
watch fast transaction
xack write stream fast
xadd write stream fast
xautoclaim write stream fast
xclaim write stream fast
xdel write stream fast
xgroup slow
xgroup|create write stream slow
xgroup|createconsumer write stream slow
xgroup|delconsumer write stream slow
xgroup|destroy write stream slow
xgroup|help stream slow
xgroup|setid write stream slow
xinfo slow
xinfo|consumers read stream slow
xinfo|groups read stream slow
xinfo|help stream slow
xinfo|stream read stream slow
xlen read stream fast
xpending read stream slow
xrange read stream slow
xread read stream slow blocking
xreadgroup write stream slow blocking
xrevrange read stream slow
xsetid write stream fast
xtrim write stream slow
`
