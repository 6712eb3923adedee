// A push server on gorilla/websocket with the structure of Gotify's stream, and no more: a map of users to clients behind
// a lock; a client has a goroutine that reads, a goroutine that writes, a ticker for pings, and a channel between the
// poster and its writer. Each writer encodes the message again. The flags set what sharded-gotify's first version changed.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	pingPeriod = 45 * time.Second
	pongWait   = pingPeriod + 15*time.Second
	writeWait  = 2 * time.Second
	readLimit  = 64
)

// Of the benchmark: C or A before the number of the user.
var tokens = regexp.MustCompile(`^[CA](\d+)$`)

type message struct {
	ID       uint           `json:"id"`
	App      uint           `json:"appid"`
	Message  string         `json:"message"`
	Title    string         `json:"title"`
	Priority int            `json:"priority"`
	Extras   map[string]any `json:"extras,omitempty"`
	Date     time.Time      `json:"date"`
}

type client struct {
	connection *websocket.Conn
	user       string
	outgoing   chan *message
}

type streams struct {
	lock     sync.RWMutex
	clients  map[string][]*client
	upgrader websocket.Upgrader
	queue    int
}

func userOf(request *http.Request) (string, bool) {
	found := tokens.FindStringSubmatch(request.URL.Query().Get("token"))
	if found == nil {
		return "", false
	}
	return found[1], true
}

func (s *streams) stream(writer http.ResponseWriter, request *http.Request) {
	user, known := userOf(request)
	if !known {
		http.Error(writer, "whose token is this?", http.StatusUnauthorized)
		return
	}
	connection, err := s.upgrader.Upgrade(writer, request, nil)
	if err != nil {
		log.Print("upgrade: ", err)
		return
	}
	c := &client{connection: connection, user: user, outgoing: make(chan *message, s.queue)}
	s.lock.Lock()
	s.clients[user] = append(s.clients[user], c)
	s.lock.Unlock()
	go s.read(c)
	go c.write()
}

func (s *streams) post(writer http.ResponseWriter, request *http.Request) {
	user, known := userOf(request)
	if !known {
		http.Error(writer, "whose token is this?", http.StatusUnauthorized)
		return
	}
	posted := new(message)
	if err := json.NewDecoder(request.Body).Decode(posted); err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	s.notify(user, posted)
	writer.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(writer).Encode(posted); err != nil {
		log.Print("answer: ", err)
	}
}

func (s *streams) notify(user string, posted *message) {
	s.lock.RLock()
	defer s.lock.RUnlock()
	for _, c := range s.clients[user] {
		c.outgoing <- posted
	}
}

func (s *streams) remove(gone *client) {
	s.lock.Lock()
	defer s.lock.Unlock()
	left := s.clients[gone.user]
	for i, c := range left {
		if c == gone {
			s.clients[gone.user] = append(left[:i], left[i+1:]...)
			break
		}
	}
	close(gone.outgoing)
}

func (s *streams) read(c *client) {
	defer s.remove(c)
	defer c.connection.Close()
	c.connection.SetReadLimit(readLimit)
	c.connection.SetReadDeadline(time.Now().Add(pongWait))
	c.connection.SetPongHandler(func(string) error {
		return c.connection.SetReadDeadline(time.Now().Add(pongWait))
	})
	for {
		if _, _, err := c.connection.NextReader(); err != nil {
			return
		}
	}
}

func (c *client) write() {
	ticker := time.NewTicker(pingPeriod)
	defer ticker.Stop()
	for c.writeNext(ticker.C) {
	}
	c.connection.Close()   // ends the reader, which removes the client
	for range c.outgoing { // until then, posters may wait for us
	}
}

func (c *client) writeNext(ticks <-chan time.Time) bool {
	select {
	case next, open := <-c.outgoing:
		if !open {
			return false
		}
		c.connection.SetWriteDeadline(time.Now().Add(writeWait))
		return c.connection.WriteJSON(next) == nil
	case <-ticks:
		c.connection.SetWriteDeadline(time.Now().Add(writeWait))
		return c.connection.WriteMessage(websocket.PingMessage, nil) == nil
	}
}

func main() {
	port := flag.Int("port", 0, "of 127.0.0.1")
	buffers := flag.Int("buffers", 1024, "size of each connection's read and write buffers, in bytes")
	queue := flag.Int("queue", 1, "capacity of a client's message queue")
	flag.Parse()
	s := &streams{
		clients:  make(map[string][]*client),
		upgrader: websocket.Upgrader{ReadBufferSize: *buffers, WriteBufferSize: *buffers},
		queue:    *queue,
	}
	http.HandleFunc("/stream", s.stream)
	http.HandleFunc("/message", s.post)
	http.HandleFunc("/health", func(writer http.ResponseWriter, _ *http.Request) { writer.Write([]byte("ok")) })
	log.Fatal(http.ListenAndServe(net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)), nil))
}
