package keyspace

// absentCommands are the commands of redis-server 7.0.15 that are not here, each with its
// categories. A line for one that is here has no effect.
const absentCommands = `bgrewriteaof admin slow dangerous
bgsave admin slow dangerous
migrate keyspace write slow dangerous
restore-asking keyspace write slow dangerous
save admin slow dangerous
`
