// Package main uses gotify/go-api-client, which programs in Go and gotify/cli talk to Gotify with, and gorilla/websocket for
// the stream, which that client has no code for.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/gorilla/websocket"
	"github.com/gotify/go-api-client/v2/auth"
	api "github.com/gotify/go-api-client/v2/client"
	"github.com/gotify/go-api-client/v2/client/application"
	"github.com/gotify/go-api-client/v2/client/message"
	"github.com/gotify/go-api-client/v2/client/user"
	"github.com/gotify/go-api-client/v2/gotify"
	"github.com/gotify/go-api-client/v2/models"
)

const many = 1000 // messages of the stream

const unauthorized = "you need to provide a valid access token or user credentials to access this api"

var (
	server    *api.GotifyREST
	asAdmin   = auth.BasicAuth(os.Getenv("GOTIFY_USER"), os.Getenv("GOTIFY_PASSWORD"))
	asClient  = auth.TokenAuth(os.Getenv("GOTIFY_CLIENT_TOKEN"))
	asProgram = auth.TokenAuth(os.Getenv("GOTIFY_APP_TOKEN"))
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

// The client has an error type for each operation and status; each has the server's error object as its Payload.
func expectRefusal(err error, code int, text string) {
	value := reflect.ValueOf(err)
	if err == nil || value.Elem().Kind() != reflect.Struct || !value.Elem().FieldByName("Payload").IsValid() {
		panic(fmt.Sprintf("%d expected, got %v", code, err))
	}
	why := value.Elem().FieldByName("Payload").Interface()
	expect(why, &models.Error{Error: http.StatusText(code), ErrorCode: code, ErrorDescription: text}, "refusal")
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

func main() {
	address, err := url.Parse(os.Getenv("GOTIFY_URL"))
	check(err)
	server = gotify.NewClient(address, &http.Client{Timeout: 10 * time.Second})
	step("version and login", login)
	step("push", push)
	step("30 MB that are refused", largePush)
	step("1,000 messages in order with gorilla/websocket", stream)
	step("a refused stream", refusedStream)
	step("messages", messages)
	step("applications", applications)
	step("clients", clients)
	step("users", users)
}

func login() {
	version, err := server.Version.GetVersion(nil)
	check(err)
	expect(version.Payload.Version != "" && version.Payload.BuildDate != "", true, "version and build date")
	for _, credential := range []runtime.ClientAuthInfoWriter{asAdmin, asClient} {
		me, err := server.User.CurrentUser(nil, credential)
		check(err)
		expect(*me.Payload, models.UserExternal{ID: 1, Name: os.Getenv("GOTIFY_USER"), Admin: true}, "current user")
	}
	_, err = server.User.CurrentUser(nil, auth.BasicAuth("admin", "wrong"))
	expectRefusal(err, 401, unauthorized)
	_, err = server.User.CurrentUser(nil, asProgram)
	expectRefusal(err, 401, unauthorized)
}

func send(as runtime.ClientAuthInfoWriter, body models.MessageExternal) (*models.MessageExternal, error) {
	sent, err := server.Message.CreateMessage(message.NewCreateMessageParams().WithBody(&body), as)
	if err != nil {
		return nil, err
	}
	return sent.Payload, nil
}

// The model has no optional fields: id, appid, a priority and a date of zero are always sent.
func push() {
	extras := map[string]interface{}{"client::display": map[string]interface{}{"contentType": "text/markdown"}, "n": json.Number("1.5")}
	sent, err := send(asProgram, models.MessageExternal{Title: "my title", Message: "my message <&> ü", Priority: 7, Extras: extras})
	check(err)
	expect(time.Since(sent.Date) < time.Minute && sent.ID > 0, true, "the date and the id are the server's")
	expect(fmt.Sprint(sent.ApplicationID), os.Getenv("GOTIFY_APP_ID"), "application")
	expect(*sent, models.MessageExternal{ID: sent.ID, ApplicationID: sent.ApplicationID, Title: "my title", Message: "my message <&> ü",
		Priority: 7, Extras: extras, Date: sent.Date}, "message")
	sent, err = send(asProgram, models.MessageExternal{Message: "x"})
	check(err)
	expect([]interface{}{sent.Title, sent.Priority}, []interface{}{"backups", 0}, "title is the application's, priority 0 stays")
	_, err = send(auth.TokenAuth("Awrong"), models.MessageExternal{Message: "x"})
	expectRefusal(err, 401, unauthorized)
	_, err = send(asProgram, models.MessageExternal{})
	expectRefusal(err, 400, "Field 'message' is required")
}

func streamAddress() string {
	return strings.Replace(os.Getenv("GOTIFY_URL"), "http", "ws", 1) + "/stream"
}

// They are read while others are sent. Their lengths cover the three forms of a frame's header.
func stream() {
	dialer := websocket.Dialer{EnableCompression: true, HandshakeTimeout: 10 * time.Second}
	socket, _, err := dialer.Dial(streamAddress(), http.Header{"X-Gotify-Key": {os.Getenv("GOTIFY_CLIENT_TOKEN")}})
	check(err)
	defer socket.Close()
	check(socket.SetReadDeadline(time.Now().Add(30 * time.Second)))
	type frame struct {
		kind int
		data []byte
		err  error
	}
	frames := make(chan frame, many)
	go func() {
		for number := 0; number < many; number++ {
			var one frame
			one.kind, one.data, one.err = socket.ReadMessage()
			frames <- one
			if one.err != nil {
				return
			}
		}
	}()
	var sent []*models.MessageExternal
	for number := 0; number < many; number++ {
		length := number % 100
		if number%250 == 249 {
			length = 35000
		}
		one, err := send(asProgram, models.MessageExternal{Message: fmt.Sprint("live ", number, strings.Repeat("ü", length))})
		check(err)
		sent = append(sent, one)
	}
	for _, wanted := range sent {
		one := <-frames
		check(one.err)
		expect(one.kind, websocket.TextMessage, "kind of frame")
		var seen models.MessageExternal
		check(json.Unmarshal(one.data, &seen))
		expect(seen, *wanted, "message in the stream")
	}
	check(socket.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")))
	_, _, err = socket.ReadMessage()
	expect(websocket.IsCloseError(err, websocket.CloseNormalClosure), true, fmt.Sprint("the close is answered: ", err))
}

func refusedStream() {
	_, answer, err := websocket.DefaultDialer.Dial(streamAddress()+"?token="+os.Getenv("GOTIFY_APP_TOKEN"), nil)
	expect(err, websocket.ErrBadHandshake, "error")
	expect(answer.StatusCode, 401, "status for an application's token")
}

func page(limit, since int64) *models.PagedMessages {
	got, err := server.Message.GetMessages(message.NewGetMessagesParams().WithLimit(&limit).WithSince(&since), asClient)
	check(err)
	return got.Payload
}

func walk(limit int64) []*models.MessageExternal {
	var walked []*models.MessageExternal
	for since := int64(0); ; {
		part := page(limit, since)
		expect(part.Paging.Size, len(part.Messages), "size of the page")
		walked = append(walked, part.Messages...)
		since = int64(part.Paging.Since)
		if part.Paging.Next == "" {
			return walked
		}
	}
}

func messages() {
	all := walk(200)
	expect(len(all) >= many, true, "messages were left by the steps before")
	expect(walk(73), all, "messages by pages of another size")
	_, err := server.Message.GetMessages(message.NewGetMessagesParams().WithLimit(new(int64)), asClient)
	expect(err == nil, false, "a limit of 0 is refused")
	newest := int64(all[0].ID)
	_, err = server.Message.DeleteMessage(message.NewDeleteMessageParams().WithID(newest), asClient)
	check(err)
	_, err = server.Message.DeleteMessage(message.NewDeleteMessageParams().WithID(newest), asClient)
	expectRefusal(err, 404, "message does not exist")
	id := int64(all[0].ApplicationID)
	left, err := server.Message.GetAppMessages(message.NewGetAppMessagesParams().WithID(id), asClient)
	check(err)
	expect(left.Payload.Messages, all[1:101], "newest messages of the application")
	_, err = server.Message.DeleteAppMessages(message.NewDeleteAppMessagesParams().WithID(id), asClient)
	check(err)
	expect(len(page(100, 0).Messages), 0, "messages after deleting the application's")
	_, err = send(asProgram, models.MessageExternal{Message: "x"})
	check(err)
	_, err = server.Message.DeleteMessages(nil, asClient)
	check(err)
	expect(len(page(100, 0).Messages), 0, "messages after deleting all")
}

func applications() {
	made, err := server.Application.CreateApp(application.NewCreateAppParams().WithBody(&models.Application{Name: "go", Description: "d"}), asClient)
	check(err)
	expect(len(made.Payload.Token), 15, "length of a token")
	id := int64(made.Payload.ID)
	changed, err := server.Application.UpdateApplication(
		application.NewUpdateApplicationParams().WithID(id).WithBody(&models.Application{Name: "gone", Description: "e"}), asClient)
	check(err)
	wanted := *made.Payload
	wanted.Name, wanted.Description = "gone", "e"
	expect(*changed.Payload, wanted, "changed application")
	picture(id)
	list, err := server.Application.GetApps(nil, asClient)
	check(err)
	expect(len(list.Payload), 2, "applications")
	wanted.Image = list.Payload[1].Image
	expect(*list.Payload[1], wanted, "the last application")
	_, err = server.Application.DeleteApp(application.NewDeleteAppParams().WithID(id), asClient)
	check(err)
	_, err = server.Application.DeleteApp(application.NewDeleteAppParams().WithID(id), asClient)
	expectRefusal(err, 404, fmt.Sprintf("app with id %d doesn't exists", id))
	_, err = send(auth.TokenAuth(made.Payload.Token), models.MessageExternal{Message: "x"})
	expectRefusal(err, 401, unauthorized)
}

func getUser(id uint) (*models.UserExternal, error) {
	got, err := server.User.GetUser(user.NewGetUserParams().WithID(int64(id)), asAdmin)
	if err != nil {
		return nil, err
	}
	return got.Payload, nil
}

// net/http sends while it reads: the refusal must not be lost to a reset.
func largePush() {
	for _, length := range []int64{30000000, -1} { // -1: in chunks
		body := io.LimitReader(zeros{}, 30000000)
		request, err := http.NewRequest("POST", os.Getenv("GOTIFY_URL")+"/message?token=wrong", body)
		check(err)
		request.ContentLength = length
		answer, err := http.DefaultClient.Do(request)
		check(err)
		expect(answer.StatusCode, 401, "status")
		check(answer.Body.Close())
	}
}

type zeros struct{}

func (zeros) Read(into []byte) (int, error) { return len(into), nil }

func users() {
	with := func(name, password string, admin bool) *models.UserExternalWithPass {
		return &models.UserExternalWithPass{UserExternal: models.UserExternal{Name: name, Admin: admin},
			UserExternalPass: models.UserExternalPass{Pass: password}}
	}
	made, err := server.User.CreateUser(user.NewCreateUserParams().WithBody(with("carol", "secret", false)), asAdmin)
	check(err)
	id := made.Payload.ID
	changed, err := server.User.UpdateUser(user.NewUpdateUserParams().WithID(int64(id)).WithBody(with("carola", "", true)), asAdmin)
	check(err)
	expect(*changed.Payload, models.UserExternal{ID: id, Name: "carola", Admin: true}, "changed user")
	got, err := getUser(id)
	check(err)
	expect(got, changed.Payload, "user by id")
	list, err := server.User.GetUsers(nil, asAdmin)
	check(err)
	expect([]interface{}{len(list.Payload), list.Payload[1]}, []interface{}{2, got}, "users")
	_, err = server.User.UpdateCurrentUser(user.NewUpdateCurrentUserParams().WithBody(&models.UserExternalPass{Pass: "new"}),
		auth.BasicAuth("carola", "secret"))
	check(err)
	me, err := server.User.CurrentUser(nil, auth.BasicAuth("carola", "new"))
	check(err)
	expect(me.Payload, got, "current user with the new password")
	_, err = server.User.DeleteUser(user.NewDeleteUserParams().WithID(int64(id)), asAdmin)
	check(err)
	_, err = getUser(id)
	expectRefusal(err, 404, "user does not exist")
	_, err = server.User.DeleteUser(user.NewDeleteUserParams().WithID(1), asAdmin)
	expectRefusal(err, 400, "cannot delete last admin")
}
