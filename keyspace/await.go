package keyspace

// Job is something that takes too long for the owner, or may block: reading and writing files.
//
// Owned by the keyspace goroutine.
type Job struct {
	// Work runs on the worker. It must not use what the owner owns, nor the arguments of a command.
	Work func()
	// Done, if there is one, runs in the owner behind it, whatever has become of the session.
	Done func()
	// Answer replies, if the session is still there.
	Answer func(c *Ctx)
}

// Await makes the session wait until a job has been done; the command must return then without a
// reply.
//
// Where a command may not wait, in a transaction or a script, the owner does the job itself, and
// everybody waits for the disk, as in Redis for every such command: what stands behind it in the
// transaction must find its effect, and nobody may come in between. Who must not let that happen
// denies CONFIG, ACL SAVE and ACL LOAD to the users in question.
func (c *Ctx) Await(job Job) {
	e := c.Engine
	if !c.MayBlock() {
		job.Work()
		if job.Done != nil {
			job.Done()
		}
		job.Answer(c)
		return
	}
	w := &waiter{session: c.Session, db: c.DB, spec: c.Spec, args: c.Args, index: -1, away: true}
	c.Session.waiter = w
	e.worker.do(func() {
		job.Work()
		e.queue.push(&event{kind: eventRun, run: func() { e.jobDone(w, job) }})
	})
}

// jobDone ends a job, and the wait of its session.
func (e *Engine) jobDone(w *waiter, job Job) {
	if job.Done != nil {
		job.Done()
	}
	if w.session.waiter == w { // else it has hung up
		e.unblock(w)
		e.answer(w, job.Answer)
	}
}
