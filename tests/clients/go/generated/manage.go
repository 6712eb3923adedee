package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
)

func names(list []application) (names []string) {
	for _, each := range list {
		names = append(names, each.Name)
	}
	return names
}

func applications(user api) {
	step("applications", func() {
		var made, changed application
		check(user.do(call{method: "POST", path: "/application", body: application{Name: "go", Description: "d", DefaultPriority: 4}, into: &made}))
		check(user.do(call{method: "PUT", path: "/application/{id}", id: made.ID, body: application{Name: "gone", Description: "e"}, into: &changed}))
		expect([]interface{}{changed.Name, changed.Description, changed.DefaultPriority, changed.SortKey},
			[]interface{}{"gone", "e", int64(0), made.SortKey}, "changed application")
		var list []application
		check(user.do(call{method: "GET", path: "/application", into: &list}))
		expect(names(list), []string{"backups", "gone"}, "applications")
		expect(list[1].Token, made.Token, "token in the list")
		image(user, made.ID)
		check(user.do(call{method: "DELETE", path: "/application/{id}", id: made.ID}))
		expectRefusal(user.do(call{method: "DELETE", path: "/application/{id}", id: made.ID}), 404,
			fmt.Sprintf("app with id %d doesn't exists", made.ID))
		expectRefusal(withToken(made.Token).do(call{method: "POST", path: "/message", body: outgoing{Message: "x"}}), 401, unauthorized)
	})
}

var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\x9cc````\x00\x00\x00\x05\x00\x01\xa5\xf6E@\x00\x00\x00\x00IEND\xaeB`\x82")

func image(user api, id uint64) {
	path := filepath.Join(os.Getenv("GOTIFY_FOLDER"), "go.png")
	check(os.WriteFile(path, png, 0o600))
	var with application
	check(user.do(call{method: "POST", path: "/application/{id}/image", id: id, file: path, into: &with}))
	got, err := http.Get(os.Getenv("GOTIFY_URL") + "/" + with.Image)
	check(err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	check(err)
	expect(got.StatusCode, 200, "status of "+with.Image)
	expect(data, png, "image "+with.Image)
	check(user.do(call{method: "DELETE", path: "/application/{id}/image", id: id}))
}

func clients(user api) {
	step("clients", func() {
		var made, changed client
		check(user.do(call{method: "POST", path: "/client", body: client{Name: "go"}, into: &made}))
		check(user.do(call{method: "PUT", path: "/client/{id}", id: made.ID, body: client{Name: "gone"}, into: &changed}))
		expect(changed.Name, "gone", "renamed client")
		var list []client
		check(user.do(call{method: "GET", path: "/client", into: &list}))
		expect(list[len(list)-1].Token, made.Token, "token in the list")
		check(withToken(made.Token).do(call{method: "DELETE", path: "/client/{id}", id: made.ID}))
		expectRefusal(withToken(made.Token).do(call{method: "GET", path: "/client"}), 401, unauthorized)
	})
}

func users(admin api) {
	step("users", func() {
		var made, got user
		check(admin.do(call{method: "POST", path: "/user", body: user{Name: "carol", Pass: "secret"}, into: &made}))
		check(admin.do(call{method: "POST", path: "/user/{id}", id: made.ID, body: user{Name: "carola", Admin: true}, into: &got}))
		expect(got, user{ID: made.ID, Name: "carola", Admin: true}, "changed user")
		check(admin.do(call{method: "GET", path: "/user/{id}", id: made.ID, into: &got}))
		expect(got.Name, "carola", "user by id")
		var list []user
		check(admin.do(call{method: "GET", path: "/user", into: &list}))
		expect(len(list), 2, "users")
		check(admin.do(call{method: "DELETE", path: "/user/{id}", id: made.ID}))
		expectRefusal(admin.do(call{method: "GET", path: "/user/{id}", id: made.ID}), 404, "user does not exist")
		expectRefusal(admin.do(call{method: "DELETE", path: "/user/{id}", id: 1}), 400, "cannot delete last admin")
		check(admin.do(call{method: "POST", path: "/current/user/password", body: map[string]string{"pass": "admin"}}))
	})
}
