package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ringer-kv/ringer/binproto"
	"github.com/ringer-kv/ringer/binproto/client"
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
)

// startServer serves an engine of its own on a free port of this machine.
func startServer() (address string, stop func()) {
	e, err := keyspace.New(keyspace.Options{Commands: command.Table()})
	if err != nil {
		log.Fatal(err)
	}
	s := binproto.NewServer(e, binproto.Options{Bind: []string{"127.0.0.1"}})
	if err := s.Listen(); err != nil {
		log.Fatal(err)
	}
	go s.Serve()
	return s.Addr().String(), func() {
		s.Close()
		e.Close()
	}
}

func Example() {
	address, stop := startServer()
	defer stop()

	c, err := client.Dial(context.Background(), address)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Do("SET", "greeting", "hello world", "EX", 60); err != nil {
		log.Fatal(err)
	}
	v, err := c.Do("GET", "greeting")
	fmt.Println(v, err)
	v, err = c.Do("GET", "nobody")
	fmt.Println(v.IsNil(), err)
	_, err = c.Do("GET")
	fmt.Println(err)
	// Output:
	// "hello world" <nil>
	// true <nil>
	// ERR wrong number of arguments for 'get' command
}

func ExampleConn_Send() {
	address, stop := startServer()
	defer stop()

	c, err := client.Dial(context.Background(), address)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for i := range 3 { // errors of Send show in Flush as well
		c.Send("SET", fmt.Sprint("key:", i), i*i)
		c.Send("GET", fmt.Sprint("key:", i))
	}
	if err := c.Flush(); err != nil {
		log.Fatal(err)
	}
	for range 6 {
		v, err := c.Receive()
		fmt.Println(v, err)
	}
	// Output:
	// "OK" <nil>
	// "0" <nil>
	// "OK" <nil>
	// "1" <nil>
	// "OK" <nil>
	// "4" <nil>
}
