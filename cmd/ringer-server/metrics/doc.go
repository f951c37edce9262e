// Package metrics lets others watch a server over HTTP: /metrics in Prometheus's format, and
// /debug/pprof with the profiles of the Go runtime. The server asks for it with http-port.
//
//	Prometheus --> /metrics --> collector --Do--> owner: INFO, as text
//	                               |                          |
//	                               +--- names.go <------------+   fields -> metrics
//
// What is shown is what INFO tells, so that the two never differ, and a field that INFO gains
// takes a line in names.go. The names are those of redis_exporter where it has one: its dashboards
// and alerts work. Metrics of the Go runtime and of the process are there as well.
//
// The owner spends no longer on a scrape than on one INFO: the text is made there, and taken apart
// here. Scrapes take turns, so that many at once are no load either; one that takes longer than
// scrapeTimeout, as the owner is busy, is answered with an error.
//
// There is no authentication. Profiles tell what a server holds in memory, so http-bind is the
// loopback unless told otherwise.
package metrics
