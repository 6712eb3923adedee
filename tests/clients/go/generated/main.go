package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func expect(seen, wanted interface{}, what string) {
	if !reflect.DeepEqual(seen, wanted) {
		panic(fmt.Sprintf("%s: expected %+v, got %+v", what, wanted, seen))
	}
}

func expectRefusal(err error, code int, text string) {
	var why *refused
	if !errors.As(err, &why) {
		panic(fmt.Sprintf("%d expected, got %v", code, err))
	}
	expect(*why, refused{refusal{http.StatusText(code), code, text}}, "refusal")
}

func step(name string, run func()) {
	defer func() {
		if why := recover(); why != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, why)
			os.Exit(1)
		}
		fmt.Println("passed:", name)
	}()
	run()
}

const unauthorized = "you need to provide a valid access token or user credentials to access this api"

func main() {
	user := withToken(os.Getenv("GOTIFY_CLIENT_TOKEN"))
	cliInit()
	cliPush(user)
	stream(user)
	messages(user)
	applications(user)
	clients(user)
	users(asAdmin())
}

// What `gotify init` asks.
func cliInit() {
	step("cli init", func() {
		var who version
		check(connect(nil).do(call{method: "GET", path: "/version", into: &who}))
		expect(who.Version != "" && who.BuildDate != "", true, "version and build date")
		var me struct{ Name string }
		check(asAdmin().do(call{method: "GET", path: "/current/user", into: &me}))
		expect(me.Name, "admin", "name")
		expectRefusal(connect(nil).do(call{method: "GET", path: "/current/user"}), 401, unauthorized)
		var made application
		check(asAdmin().do(call{method: "POST", path: "/application", body: application{Name: "cli"}, into: &made}))
		expect(len(made.Token), 15, "length of a token; older versions of the program take no other")
		check(withToken(made.Token).do(call{method: "POST", path: "/message", body: outgoing{Message: "test"}}))
		check(asAdmin().do(call{method: "DELETE", path: "/application/{id}", id: made.ID}))
	})
}

// What `gotify push` and `gotify watch` send.
func cliPush(listed api) {
	app := withToken(os.Getenv("GOTIFY_APP_TOKEN"))
	step("cli push", func() {
		var answer message
		check(app.do(call{method: "POST", path: "/message", into: &answer,
			body: outgoing{Message: "from the cli <&>", Title: "cli", Priority: 7, Extras: map[string]interface{}{}}}))
		expect(answer.Message, "from the cli <&>", "message")
		expect(*answer.Priority, int64(7), "priority")
		expect(time.Since(time.Time(answer.Date)) < time.Minute, true, "the date is the server's")
		extras := map[string]interface{}{"client::display": map[string]interface{}{"contentType": "text/markdown"}}
		check(app.do(call{method: "POST", path: "/message", body: outgoing{Message: "md", Extras: extras}, into: &answer}))
		expect(answer.Extras, extras, "extras")
		expect(*answer.Priority, int64(0), "priority 0 is not the application's default")
		expect(answer.Title, "backups", "title")
		var page paged
		check(listed.do(call{method: "GET", path: "/message", query: map[string]string{"limit": "1"}, into: &page}))
		expect(page.Messages, []message{answer}, "newest message")
		expectRefusal(withToken("Awrong").do(call{method: "POST", path: "/message", body: outgoing{Message: "x"}}), 401, unauthorized)
		expectRefusal(app.do(call{method: "POST", path: "/message", body: outgoing{}}), 400, "Field 'message' is required")
	})
}

func stream(listed api) {
	app := withToken(os.Getenv("GOTIFY_APP_TOKEN"))
	step("stream with gorilla/websocket", func() {
		address := strings.Replace(os.Getenv("GOTIFY_URL"), "http", "ws", 1) + "/stream"
		dialer := websocket.Dialer{EnableCompression: true, HandshakeTimeout: 10 * time.Second}
		socket, _, err := dialer.Dial(address, http.Header{"X-Gotify-Key": {os.Getenv("GOTIFY_CLIENT_TOKEN")}})
		check(err)
		defer socket.Close()
		check(socket.SetReadDeadline(time.Now().Add(10 * time.Second)))
		for number := 0; number < 20; number++ {
			var sent, seen message
			check(app.do(call{method: "POST", path: "/message", body: outgoing{Message: fmt.Sprint("live ", number)}, into: &sent}))
			kind, data, err := socket.ReadMessage()
			check(err)
			expect(kind, websocket.TextMessage, "kind of frame")
			check(json.Unmarshal(data, &seen))
			expect(seen, sent, "message in the stream")
		}
		check(socket.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")))
		_, _, err = socket.ReadMessage()
		expect(websocket.IsCloseError(err, websocket.CloseNormalClosure), true, fmt.Sprint("the close is answered: ", err))
	})
	step("a refused stream", func() {
		address := strings.Replace(os.Getenv("GOTIFY_URL"), "http", "ws", 1) + "/stream?token=" + os.Getenv("GOTIFY_APP_TOKEN")
		_, answer, err := websocket.DefaultDialer.Dial(address, nil)
		expect(err, websocket.ErrBadHandshake, "error")
		expect(answer.StatusCode, 401, "status for an application's token")
	})
}

func messages(user api) {
	step("messages", func() {
		var all, page paged
		check(user.do(call{method: "GET", path: "/message", into: &all}))
		var walked []message
		for since := uint64(0); ; since = page.Paging.Since {
			page = paged{}
			check(user.do(call{method: "GET", path: "/message", into: &page,
				query: map[string]string{"limit": "5", "since": fmt.Sprint(since)}}))
			walked = append(walked, page.Messages...)
			if page.Paging.Next == "" {
				break
			}
		}
		expect(walked, all.Messages, "messages page by page")
		check(user.do(call{method: "DELETE", path: "/message/{id}", id: all.Messages[0].ID}))
		expectRefusal(user.do(call{method: "DELETE", path: "/message/{id}", id: all.Messages[0].ID}), 404, "message does not exist")
		app := all.Messages[0].Appid
		page = paged{}
		check(user.do(call{method: "GET", path: "/application/{id}/message", id: app, into: &page}))
		expect(page.Messages, all.Messages[1:], "messages of the application")
		check(user.do(call{method: "DELETE", path: "/application/{id}/message", id: app}))
		check(user.do(call{method: "DELETE", path: "/message"}))
		page = paged{}
		check(user.do(call{method: "GET", path: "/message", into: &page}))
		expect(len(page.Messages), 0, "messages after deleting all")
	})
}
