package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/gotify/go-api-client/v2/auth"
	"github.com/gotify/go-api-client/v2/client/application"
	"github.com/gotify/go-api-client/v2/client/client"
	"github.com/gotify/go-api-client/v2/models"
)

var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\x9cc````\x00\x00\x00\x05\x00\x01\xa5\xf6E@\x00\x00\x00\x00IEND\xaeB`\x82")

func picture(id int64) {
	path := filepath.Join(os.Getenv("GOTIFY_FOLDER"), "go.png")
	check(os.WriteFile(path, png, 0o600))
	file, err := os.Open(path)
	check(err)
	with, err := server.Application.UploadAppImage(application.NewUploadAppImageParams().WithID(id).WithFile(file), asClient)
	check(err)
	got, err := http.Get(os.Getenv("GOTIFY_URL") + "/" + with.Payload.Image)
	check(err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	check(err)
	expect(got.StatusCode, 200, "status of "+with.Payload.Image)
	expect(data, png, "image "+with.Payload.Image)
}

func clients() {
	made, err := server.Client.CreateClient(client.NewCreateClientParams().WithBody(&models.Client{Name: "go"}), asAdmin)
	check(err)
	id, itself := int64(made.Payload.ID), auth.TokenAuth(made.Payload.Token)
	expect(len(made.Payload.Token), 15, "length of a token")
	changed, err := server.Client.UpdateClient(client.NewUpdateClientParams().WithID(id).WithBody(&models.Client{Name: "gone"}), itself)
	check(err)
	wanted := *made.Payload
	wanted.Name = "gone"
	expect(*changed.Payload, wanted, "renamed client")
	list, err := server.Client.GetClients(nil, itself)
	check(err)
	expect(list.Payload[len(list.Payload)-1], &wanted, "the last client")
	_, err = server.Client.DeleteClient(client.NewDeleteClientParams().WithID(id), itself)
	check(err)
	_, err = server.Client.GetClients(nil, itself)
	expectRefusal(err, 401, unauthorized)
}
