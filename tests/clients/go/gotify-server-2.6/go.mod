module sharded-gotify/tests/clients/go/gotify-server-2.6

go 1.20

require github.com/gotify/server/v2 v2.6.0
