// Package main talks to the server as gotify/cli and every program on gotify/go-api-client do: through go-openapi's
// runtime, which the generated client consists of. The client itself is not on the module proxy that the tests may use,
// so its operations and models are written down here.
package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/go-openapi/runtime"
	transport "github.com/go-openapi/runtime/client"
	"github.com/go-openapi/strfmt"
)

type message struct {
	Appid    uint64                 `json:"appid,omitempty"`
	Date     strfmt.DateTime        `json:"date,omitempty"`
	Extras   map[string]interface{} `json:"extras,omitempty"`
	ID       uint64                 `json:"id,omitempty"`
	Message  string                 `json:"message"`
	Priority *int64                 `json:"priority"`
	Title    string                 `json:"title,omitempty"`
}

// As gotify/cli fills it: priority, extras and a date of zero are always there.
type outgoing struct {
	Date     strfmt.DateTime        `json:"date,omitempty"`
	Extras   map[string]interface{} `json:"extras"`
	Message  string                 `json:"message"`
	Priority int64                  `json:"priority"`
	Title    string                 `json:"title,omitempty"`
}

type paged struct {
	Messages []message `json:"messages"`
	Paging   struct {
		Limit int64  `json:"limit"`
		Next  string `json:"next"`
		Since uint64 `json:"since"`
		Size  int64  `json:"size"`
	} `json:"paging"`
}

type application struct {
	ID              uint64          `json:"id,omitempty"`
	Token           string          `json:"token,omitempty"`
	Name            string          `json:"name"`
	Description     string          `json:"description"`
	Image           string          `json:"image,omitempty"`
	Internal        bool            `json:"internal"`
	DefaultPriority int64           `json:"defaultPriority,omitempty"`
	LastUsed        strfmt.DateTime `json:"lastUsed,omitempty"`
	SortKey         string          `json:"sortKey,omitempty"`
}

type client struct {
	ID       uint64          `json:"id,omitempty"`
	Token    string          `json:"token,omitempty"`
	Name     string          `json:"name"`
	LastUsed strfmt.DateTime `json:"lastUsed,omitempty"`
}

type user struct {
	ID    uint64 `json:"id,omitempty"`
	Name  string `json:"name"`
	Admin bool   `json:"admin"`
	Pass  string `json:"pass,omitempty"`
}

type version struct {
	Version   string `json:"version"`
	Commit    string `json:"commit"`
	BuildDate string `json:"buildDate"`
}

// What the server answers to a request that it refuses; the generated client has this type for each status.
type refusal struct {
	Error            string `json:"error"`
	ErrorCode        int    `json:"errorCode"`
	ErrorDescription string `json:"errorDescription"`
}

type refused struct{ refusal }

func (r *refused) Error() string {
	return fmt.Sprintf("%d %s: %s", r.ErrorCode, r.refusal.Error, r.ErrorDescription)
}

// One operation of the API. The fields that are not set are not sent.
type call struct {
	method, path string
	id           uint64
	query        map[string]string
	body         interface{}
	file         string
	into         interface{}
}

type api struct {
	runtime *transport.Runtime
	auth    runtime.ClientAuthInfoWriter
}

func connect(auth runtime.ClientAuthInfoWriter) api {
	address, err := url.Parse(os.Getenv("GOTIFY_URL"))
	check(err)
	return api{transport.NewWithClient(address.Host, address.Path, []string{address.Scheme}, &http.Client{}), auth}
}

func withToken(token string) api {
	return connect(transport.APIKeyAuth("X-Gotify-Key", "header", token))
}

func asAdmin() api {
	return connect(transport.BasicAuth(os.Getenv("GOTIFY_USER"), os.Getenv("GOTIFY_PASSWORD")))
}

func (a api) do(c call) error {
	consumes := "application/json"
	if c.file != "" {
		consumes = "multipart/form-data"
	}
	_, err := a.runtime.Submit(&runtime.ClientOperation{
		ID: c.method + c.path, Method: c.method, PathPattern: c.path,
		ProducesMediaTypes: []string{"application/json"}, ConsumesMediaTypes: []string{consumes},
		Schemes: []string{"http"}, AuthInfo: a.auth,
		Params: runtime.ClientRequestWriterFunc(func(r runtime.ClientRequest, _ strfmt.Registry) error { return c.write(r) }),
		Reader: runtime.ClientResponseReaderFunc(c.read),
	})
	return err
}

func (c call) write(r runtime.ClientRequest) error {
	if c.id != 0 {
		if err := r.SetPathParam("id", fmt.Sprint(c.id)); err != nil {
			return err
		}
	}
	for name, value := range c.query {
		if err := r.SetQueryParam(name, value); err != nil {
			return err
		}
	}
	if c.file != "" {
		file, err := os.Open(c.file)
		if err != nil {
			return err
		}
		return r.SetFileParam("file", file)
	}
	if c.body != nil {
		return r.SetBodyParam(c.body)
	}
	return nil
}

func (c call) read(answer runtime.ClientResponse, consumer runtime.Consumer) (interface{}, error) {
	if answer.Code() != http.StatusOK {
		var why refused
		if err := consumer.Consume(answer.Body(), &why.refusal); err != nil {
			return nil, fmt.Errorf("status %d without an error object: %w", answer.Code(), err)
		}
		return nil, &why
	}
	if c.into == nil {
		return nil, nil
	}
	return nil, consumer.Consume(answer.Body(), c.into)
}
