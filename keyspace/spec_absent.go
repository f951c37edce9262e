package keyspace

// absentCommands are the commands of redis-server 7.0.15 that are not here, each with its
// categories. A line for one that is here has no effect.
const absentCommands = `bgrewriteaof admin slow dangerous
bgsave admin slow dangerous
eval slow scripting
eval_ro slow scripting
evalsha slow scripting
evalsha_ro slow scripting
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
migrate keyspace write slow dangerous
restore-asking keyspace write slow dangerous
save admin slow dangerous
script slow
script|debug slow scripting
script|exists slow scripting
script|flush slow scripting
script|help slow scripting
script|kill slow scripting
script|load slow scripting
`
