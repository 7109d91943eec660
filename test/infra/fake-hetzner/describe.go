// Writes api-schema.json: what Hetzner's own Go client says of the API's answers, as JSON Schema. Run by hand:
//
//	go mod init describe && go get github.com/hetznercloud/hcloud-go/v2@v2.47.0 && go run describe.go > api-schema.json
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

var answers = map[string]any{
	"ActionList": schema.ActionListResponse{}, "ActionGet": schema.ActionGetResponse{}, "Error": schema.ErrorResponse{},
	"Pricing": schema.PricingGetResponse{}, "ServerTypeList": schema.ServerTypeListResponse{}, "ServerTypeGet": schema.ServerTypeGetResponse{},
	"LocationList": schema.LocationListResponse{}, "LocationGet": schema.LocationGetResponse{},
	"ImageList": schema.ImageListResponse{}, "ImageGet": schema.ImageGetResponse{},
	"SSHKeyList": schema.SSHKeyListResponse{}, "SSHKeyGet": schema.SSHKeyGetResponse{},
	"NetworkList": schema.NetworkListResponse{}, "NetworkGet": schema.NetworkGetResponse{},
	"FirewallList": schema.FirewallListResponse{}, "FirewallGet": schema.FirewallGetResponse{}, "FirewallCreate": schema.FirewallCreateResponse{},
	"PrimaryIPList": schema.PrimaryIPListResponse{}, "PrimaryIPGet": schema.PrimaryIPGetResponse{}, "PrimaryIPCreate": schema.PrimaryIPCreateResponse{},
	"PlacementGroupList": schema.PlacementGroupListResponse{}, "PlacementGroupGet": schema.PlacementGroupGetResponse{}, "PlacementGroupCreate": schema.PlacementGroupCreateResponse{},
	"ServerList": schema.ServerListResponse{}, "ServerGet": schema.ServerGetResponse{}, "ServerCreate": schema.ServerCreateResponse{},
	"VolumeList": schema.VolumeListResponse{}, "VolumeGet": schema.VolumeGetResponse{}, "VolumeCreate": schema.VolumeCreateResponse{},
	"LoadBalancerList": schema.LoadBalancerListResponse{},
}

// The client still reads them, and the API has stopped sending them.
var gone = map[string]bool{"datacenter": true, "floating_ip": true, "traffic": true, "included_traffic": true, "deprecated": true, "details": true}

var definitions = map[string]any{}

func describe(t reflect.Type) any {
	switch {
	case t == reflect.TypeOf(time.Time{}):
		return map[string]any{"type": "string", "format": "date-time"}
	case t == reflect.TypeOf(json.RawMessage{}):
		return map[string]any{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{map[string]any{"type": "null"}, describe(t.Elem())}}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": describe(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": describe(t.Elem())}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Struct:
		if t.Name() == "" {
			return object(t)
		}
		if _, known := definitions[t.Name()]; !known {
			definitions[t.Name()] = nil
			definitions[t.Name()] = object(t)
		}
		return map[string]any{"$ref": "#/definitions/" + t.Name()}
	case reflect.Interface:
		return map[string]any{}
	}
	return map[string]any{"type": "integer"}
}

func object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	collect(t, properties, &required)
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func collect(t reflect.Type, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous {
			collect(field.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		properties[name] = describe(field.Type)
		if options == "" && !gone[name] {
			*required = append(*required, name)
		}
	}
}

func main() {
	all := map[string]any{}
	for name, value := range answers {
		all[name] = describe(reflect.TypeOf(value))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	_ = encoder.Encode(map[string]any{
		"source": "github.com/hetznercloud/hcloud-go/v2 v2.47.0, hcloud/schema (MIT), described by describe.go on 2026-11-26",
		"answers": all, "definitions": definitions,
	})
}
