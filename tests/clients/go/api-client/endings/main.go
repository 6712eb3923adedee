// What gorilla/websocket tells its reader when a stream ends.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gorilla/websocket"
)

func main() {
	connection, _, err := websocket.DefaultDialer.Dial(strings.Replace(os.Getenv("ENDINGS_URL"), "http", "ws", 1), nil)
	if err != nil {
		fmt.Println("not opened:", err)
		os.Exit(1)
	}
	fmt.Println("open")
	_, _, err = connection.ReadMessage()
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		fmt.Println("CloseError", closed.Code)
	} else {
		fmt.Printf("%T\n", err)
	}
}
