// A container's content for tests: a static binary that serves, checks itself, or ends as it is told.
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	command := "serve"
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	switch command {
	case "check":
		response, err := http.Get("http://127.0.0.1:" + port + "/health")
		if err != nil || response.StatusCode != http.StatusOK {
			fmt.Println("the probe is not healthy")
			os.Exit(1)
		}
	case "end":
		fmt.Println("the probe was told to end")
		code, _ := strconv.Atoi(os.Args[2])
		os.Exit(code)
	default:
		go func() {
			stop := make(chan os.Signal, 1)
			signal.Notify(stop, syscall.SIGTERM)
			<-stop
			os.Exit(0)
		}()
		http.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
			if os.Getenv("UNHEALTHY") != "" {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		fmt.Println("the probe serves on port " + port)
		if err := http.ListenAndServe(":"+port, nil); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}
