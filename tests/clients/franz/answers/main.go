// Sends requests, sound and odd ones, in every version to a broker and prints its answers, one a line.
//
//	answers BOOTSTRAP
package main

import (
	"fmt"
	"log"
	"os"
	"reflect"
	"regexp"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// A request under a name; some have one for each version, so that what one creates is not in another's way.
type trial struct {
	api   string
	name  string
	build func(version int16) kmsg.Request
}

var broker = os.Args[1]

func main() {
	connection := dial(broker)
	versions := advertised(connection)
	for _, one := range trials() {
		key := one.build(0).Key()
		served, ok := versions[key]
		if !ok {
			fmt.Printf("%s: not served\n", one.api)
			continue
		}
		last := min(served.MaxVersion, one.build(0).MaxVersion())
		before := ""
		for version := served.MinVersion; version <= last; version++ {
			answer, err := connection.ask(one.build(version), version)
			for err == nil && loading(answer) {
				time.Sleep(50 * time.Millisecond)
				answer, err = connection.ask(one.build(version), version)
			}
			if err != nil {
				fmt.Printf("%s v%d %s: %v\n", one.api, version, one.name, ending(err))
				connection.conn.Close()
				connection = dial(broker)
				continue
			}
			sort(answer)
			shown := text(reflect.ValueOf(answer))
			if shown == before {
				shown = "as in the version before"
			} else {
				before = shown
			}
			fmt.Printf("%s v%d %s: %s\n", one.api, version, one.name, shown)
		}
	}
	fmt.Println("ok")
}

// Whether a coordinator, or the topic it keeps its records in, is only starting.
func loading(answer kmsg.Response) bool {
	return starting.MatchString(text(reflect.ValueOf(answer)))
}

var starting = regexp.MustCompile("ErrorCode=(14|15|16)\\b")

func ending(err error) string {
	if err != nil {
		return "the connection is closed"
	}
	return ""
}

// The versions of the APIs that are tried.
func advertised(connection *wire) map[int16]kmsg.ApiVersionsResponseApiKey {
	request := kmsg.NewPtrApiVersionsRequest()
	request.ClientSoftwareName, request.ClientSoftwareVersion = "answers", "1"
	answer, err := connection.ask(request, 4)
	if err != nil {
		log.Panic(err)
	}
	versions := make(map[int16]kmsg.ApiVersionsResponseApiKey)
	for _, one := range answer.(*kmsg.ApiVersionsResponse).ApiKeys {
		versions[one.ApiKey] = one
	}
	seen := make(map[int16]bool)
	for _, one := range trials() {
		key := one.build(0).Key()
		if !seen[key] {
			fmt.Printf("%s: versions %d to %d\n", one.api, versions[key].MinVersion, versions[key].MaxVersion)
		}
		seen[key] = true
	}
	return versions
}
