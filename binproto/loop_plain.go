//go:build !unix || ringer_plain

package binproto

// front is plain where there is no poll(2). The build tag ringer_plain chooses it anywhere, for its
// tests.
//
// Safe for concurrent use.
type front struct{ plain }

func (f *front) listen(s *Server) error {
	addrs, err := f.plain.listen(s.options.Bind, s.options.Port)
	s.addrs = append(s.addrs, addrs...)
	return err
}

func (f *front) stop(bool) { f.plain.stop() }
