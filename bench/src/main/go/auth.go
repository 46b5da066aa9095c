// The first message is a token, as people write it with gorilla and golang-jwt: auth PORT
package main

import (
	"net/http"
	"os"

	"github.com/golang-jwt/jwt"
	"github.com/gorilla/websocket"
)

var secret = []byte("a secret of thirty-two bytes or more")

func key(token *jwt.Token) (interface{}, error) {
	return secret, nil
}

func serve(writer http.ResponseWriter, request *http.Request) {
	upgrader := websocket.Upgrader{}
	connection, err := upgrader.Upgrade(writer, request, nil)
	if err != nil {
		return
	}
	defer connection.Close()
	parser := jwt.Parser{ValidMethods: []string{"HS256"}}
	for {
		kind, message, err := connection.ReadMessage()
		if err != nil {
			return
		}
		token, err := parser.Parse(string(message), key)
		if err != nil || !token.Valid {
			return
		}
		connection.WriteMessage(kind, []byte("Authenticated!"))
	}
}

func main() {
	http.HandleFunc("/", serve)
	http.ListenAndServe("127.0.0.1:"+os.Args[1], nil)
}
