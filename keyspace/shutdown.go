package keyspace

import "time"

// Shutdown ends the server as SHUTDOWN asks for it: it tells Options.Shutdown, once. It reports
// whether there is somebody to tell.
func (e *Engine) Shutdown() bool {
	if e.options.Shutdown == nil {
		return false
	}
	if !e.shutdownAsked {
		e.shutdownAsked = true
		e.log(LogWarning, "User requested shutdown...")
		go e.options.Shutdown()
	}
	return true
}

// Sleep stops the whole server for a time on its clock (DEBUG SLEEP).
func (e *Engine) Sleep(d time.Duration) {
	over := make(chan struct{})
	e.clock.AfterFunc(d, func() { close(over) })
	<-over
	e.readClock()
}

// SetActiveExpire turns the deletion of expired keys that nobody asks for on or off.
func (e *Engine) SetActiveExpire(on bool) { e.config.ActiveExpire = on }

// ResetStats sets the counters of INFO back to 0. Redis: resetServerStats, resetCommandTableStats.
func (e *Engine) ResetStats() {
	e.stats = Stats{}
	e.limits.Rejected.Store(0)
	e.info.commands, e.info.input, e.info.output = rate{}, rate{}, rate{}
	e.info.peakBytes = 0
	clear(e.info.errors)
	clear(e.counts)
}

// ConfigFile is the configuration file, an absolute path; "" if there is none.
func (e *Engine) ConfigFile() string { return e.config.File }
