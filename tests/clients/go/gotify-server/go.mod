module sharded-gotify/tests/clients/go/gotify-server

go 1.24.0

require github.com/gotify/server/v2 v2.9.1
