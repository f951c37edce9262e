package metrics

import "github.com/prometheus/client_golang/prometheus"

// field is a line of INFO that is a number, and its metric.
type field struct {
	info, metric string
	kind         prometheus.ValueType
}

const (
	gauge   = prometheus.GaugeValue
	counter = prometheus.CounterValue
)

// fields are the metrics of single lines of INFO. Where redis_exporter has a name, it is that one.
var fields = [...]field{
	{"uptime_in_seconds", "uptime_in_seconds", gauge},
	{"process_id", "process_id", gauge},
	{"io_threads_active", "io_threads_active", gauge},

	{"connected_clients", "connected_clients", gauge},
	{"blocked_clients", "blocked_clients", gauge},
	{"tracking_clients", "tracking_clients", gauge},
	{"clients_in_timeout_table", "clients_in_timeout_table", gauge},
	{"client_recent_max_input_buffer", "client_recent_max_input_buffer_bytes", gauge},
	{"client_recent_max_output_buffer", "client_recent_max_output_buffer_bytes", gauge},
	{"maxclients", "max_clients", gauge},

	{"used_memory", "memory_used_bytes", gauge},
	{"used_memory_rss", "memory_used_rss_bytes", gauge},
	{"used_memory_peak", "memory_used_peak_bytes", gauge},
	{"used_memory_overhead", "memory_used_overhead_bytes", gauge},
	{"used_memory_startup", "memory_used_startup_bytes", gauge},
	{"used_memory_dataset", "memory_used_dataset_bytes", gauge},
	{"used_memory_lua", "memory_used_lua_bytes", gauge},
	{"used_memory_scripts", "memory_used_scripts_bytes", gauge},
	{"allocator_allocated", "allocator_allocated_bytes", gauge},
	{"allocator_active", "allocator_active_bytes", gauge},
	{"allocator_resident", "allocator_resident_bytes", gauge},
	{"total_system_memory", "total_system_memory_bytes", gauge},
	{"maxmemory", "memory_max_bytes", gauge},
	{"mem_fragmentation_ratio", "mem_fragmentation_ratio", gauge},
	{"mem_fragmentation_bytes", "mem_fragmentation_bytes", gauge},
	{"mem_clients_slaves", "mem_clients_slaves", gauge},
	{"mem_clients_normal", "mem_clients_normal", gauge},
	{"mem_not_counted_for_evict", "mem_not_counted_for_eviction_bytes", gauge},
	{"mem_total_replication_buffers", "mem_total_replication_buffers_bytes", gauge},
	{"active_defrag_running", "active_defrag_running", gauge},
	{"lazyfree_pending_objects", "lazyfree_pending_objects", gauge},
	{"lazyfreed_objects", "lazyfreed_objects_total", counter},

	{"loading", "loading_dump_file", gauge},
	{"async_loading", "async_loading", gauge},
	{"rdb_changes_since_last_save", "rdb_changes_since_last_save", gauge},
	{"rdb_bgsave_in_progress", "rdb_bgsave_in_progress", gauge},
	{"rdb_last_save_time", "rdb_last_save_timestamp_seconds", gauge},
	{"rdb_last_bgsave_status", "rdb_last_bgsave_status", gauge},
	{"rdb_last_bgsave_time_sec", "rdb_last_bgsave_duration_sec", gauge},
	{"rdb_current_bgsave_time_sec", "rdb_current_bgsave_duration_sec", gauge},
	{"rdb_saves", "rdb_saves_total", counter},
	{"rdb_last_cow_size", "rdb_last_cow_size_bytes", gauge},
	{"rdb_last_load_keys_expired", "rdb_last_load_expired_keys", gauge},
	{"rdb_last_load_keys_loaded", "rdb_last_load_loaded_keys", gauge},
	{"aof_enabled", "aof_enabled", gauge},
	{"aof_rewrite_in_progress", "aof_rewrite_in_progress", gauge},
	{"aof_rewrite_scheduled", "aof_rewrite_scheduled", gauge},
	{"aof_last_rewrite_time_sec", "aof_last_rewrite_duration_sec", gauge},
	{"aof_current_rewrite_time_sec", "aof_current_rewrite_duration_sec", gauge},
	{"aof_last_bgrewrite_status", "aof_last_bgrewrite_status", gauge},
	{"aof_last_write_status", "aof_last_write_status", gauge},
	{"aof_last_cow_size", "aof_last_cow_size_bytes", gauge},
	{"module_fork_in_progress", "module_fork_in_progress", gauge},
	{"module_fork_last_cow_size", "module_fork_last_cow_size", gauge},

	{"total_connections_received", "connections_received_total", counter},
	{"total_commands_processed", "commands_processed_total", counter},
	{"instantaneous_ops_per_sec", "instantaneous_ops_per_sec", gauge},
	{"instantaneous_input_kbps", "instantaneous_input_kbps", gauge},
	{"instantaneous_output_kbps", "instantaneous_output_kbps", gauge},
	{"total_net_input_bytes", "net_input_bytes_total", counter},
	{"total_net_output_bytes", "net_output_bytes_total", counter},
	{"total_net_repl_input_bytes", "net_repl_input_bytes_total", counter},
	{"total_net_repl_output_bytes", "net_repl_output_bytes_total", counter},
	{"rejected_connections", "rejected_connections_total", counter},
	{"sync_full", "replica_resyncs_full", counter},
	{"sync_partial_ok", "replica_partial_resync_accepted", counter},
	{"sync_partial_err", "replica_partial_resync_denied", counter},
	{"expired_keys", "expired_keys_total", counter},
	{"expired_stale_perc", "expired_stale_percentage", gauge},
	{"expired_time_cap_reached_count", "expired_time_cap_reached_total", counter},
	{"expire_cycle_cpu_milliseconds", "expire_cycle_cpu_time_ms_total", counter},
	{"evicted_keys", "evicted_keys_total", counter},
	{"evicted_clients", "evicted_clients_total", counter},
	{"total_eviction_exceeded_time", "evicted_exceeded_time_ms_total", counter},
	{"current_eviction_exceeded_time", "current_eviction_exceeded_time_ms", gauge},
	{"keyspace_hits", "keyspace_hits_total", counter},
	{"keyspace_misses", "keyspace_misses_total", counter},
	{"pubsub_channels", "pubsub_channels", gauge},
	{"pubsub_patterns", "pubsub_patterns", gauge},
	{"pubsubshard_channels", "pubsubshard_channels", gauge},
	{"latest_fork_usec", "latest_fork_usec", gauge},
	{"total_forks", "total_forks", counter},
	{"migrate_cached_sockets", "migrate_cached_sockets_total", gauge},
	{"slave_expires_tracked_keys", "slave_expires_tracked_keys", gauge},
	{"tracking_total_keys", "tracking_total_keys", gauge},
	{"tracking_total_items", "tracking_total_items", gauge},
	{"tracking_total_prefixes", "tracking_total_prefixes", gauge},
	{"unexpected_error_replies", "unexpected_error_replies", counter},
	{"total_error_replies", "total_error_replies", counter},
	{"dump_payload_sanitizations", "dump_payload_sanitizations", counter},

	{"connected_slaves", "connected_slaves", gauge},
	{"master_repl_offset", "master_repl_offset", gauge},
	{"second_repl_offset", "second_repl_offset", gauge},
	{"repl_backlog_active", "repl_backlog_is_active", gauge},
	{"repl_backlog_size", "replication_backlog_bytes", gauge},
	{"repl_backlog_first_byte_offset", "repl_backlog_first_byte_offset", gauge},
	{"repl_backlog_histlen", "repl_backlog_history_bytes", gauge},

	{"used_cpu_sys", "cpu_sys_seconds_total", counter},
	{"used_cpu_user", "cpu_user_seconds_total", counter},
	{"used_cpu_sys_children", "cpu_sys_children_seconds_total", counter},
	{"used_cpu_user_children", "cpu_user_children_seconds_total", counter},
	{"cluster_enabled", "cluster_enabled", gauge},
}

// infoLabels are the fields that redis_instance_info carries.
var infoLabels = []string{
	"role", "redis_version", "redis_build_id", "redis_mode", "os", "maxmemory_policy", "tcp_port",
	"run_id", "process_id", "ringer_version",
}
