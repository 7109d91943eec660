// Writes api-schema.json of a fake: what a provider's own Go client says of the API's answers, as JSON Schema. Run by hand:
//
//	go mod init describe && go get github.com/hetznercloud/hcloud-go/v2@v2.47.0 github.com/digitalocean/godo@v1.237.0
//	go run describe-api.go hetzner > fake-hetzner/api-schema.json
//	go run describe-api.go digitalocean > fake-digitalocean/api-schema.json
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/digitalocean/godo"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

var hetzner = map[string]any{
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
	"FloatingIPList": schema.FloatingIPListResponse{}, "FloatingIPGet": schema.FloatingIPGetResponse{},
	"VolumeList": schema.VolumeListResponse{}, "VolumeGet": schema.VolumeGetResponse{}, "VolumeCreate": schema.VolumeCreateResponse{},
	"LoadBalancerList": schema.LoadBalancerListResponse{}, "LoadBalancerGet": schema.LoadBalancerGetResponse{}, "LoadBalancerCreate": schema.LoadBalancerCreateResponse{},
	"LoadBalancerTypeList": schema.LoadBalancerTypeListResponse{}, "LoadBalancerTypeGet": schema.LoadBalancerTypeGetResponse{},
	"ZoneList": schema.ZoneListResponse{}, "ZoneGet": schema.ZoneGetResponse{},
	"ZoneRRSetList": schema.ZoneRRSetListResponse{}, "ZoneRRSetGet": schema.ZoneRRSetGetResponse{}, "ZoneRRSetCreate": schema.ZoneRRSetCreateResponse{},
}

// godo has no types for whole answers: one thing, or a page of them, under a word of its own.
var digitalocean = map[string]any{
	"Error":     errorAnswer{},
	"ActionGet": one("action", godo.Action{}),
	"SizeList":  page("sizes", godo.Size{}), "RegionList": page("regions", godo.Region{}),
	"KeyGet": one("ssh_key", godo.Key{}), "KeyList": page("ssh_keys", godo.Key{}),
	"TagGet": one("tag", godo.Tag{}), "TagList": page("tags", godo.Tag{}),
	"VPCGet": one("vpc", godo.VPC{}), "VPCList": page("vpcs", godo.VPC{}),
	"FirewallGet": one("firewall", godo.Firewall{}), "FirewallList": page("firewalls", godo.Firewall{}),
	"DropletGet": one("droplet", godo.Droplet{}), "DropletList": page("droplets", godo.Droplet{}),
	"VolumeGet": one("volume", godo.Volume{}), "VolumeList": page("volumes", godo.Volume{}),
	"ReservedIPGet": one("reserved_ip", godo.ReservedIP{}), "ReservedIPList": page("reserved_ips", godo.ReservedIP{}),
	"FloatingIPGet":    one("floating_ip", godo.FloatingIP{}),
	"LoadBalancerList": page("load_balancers", godo.LoadBalancer{}),
	"DomainGet":        one("domain", godo.Domain{}), "DomainList": page("domains", godo.Domain{}),
	"RecordGet": one("domain_record", godo.DomainRecord{}), "RecordList": page("domain_records", godo.DomainRecord{}),
}

type errorAnswer struct {
	ID        string `json:"id"`
	Message   string `json:"message"`
	RequestID string `json:"request_id,omitempty"`
}

func field(name, tag string, t reflect.Type) reflect.StructField {
	return reflect.StructField{Name: name, Type: t, Tag: reflect.StructTag(`json:"` + tag + `"`)}
}

func one(word string, thing any) any {
	return reflect.New(reflect.StructOf([]reflect.StructField{field("Thing", word, reflect.TypeOf(thing))})).Elem().Interface()
}

func page(word string, thing any) any {
	return reflect.New(reflect.StructOf([]reflect.StructField{
		field("Things", word, reflect.SliceOf(reflect.TypeOf(thing))),
		field("Links", "links", reflect.TypeOf(godo.Links{})),
		field("Meta", "meta", reflect.TypeOf(godo.Meta{})),
	})).Elem().Interface()
}

// The client still reads them, and the API has stopped sending them.
var gone = map[string]bool{"datacenter": true, "floating_ip": true, "traffic": true, "included_traffic": true, "deprecated": true, "details": true}

var definitions = map[string]any{}

func describe(t reflect.Type) any {
	switch {
	case t == reflect.TypeOf(time.Time{}), t == reflect.TypeOf(godo.Timestamp{}):
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
	answers, source := hetzner, "github.com/hetznercloud/hcloud-go/v2 v2.47.0, hcloud/schema (MIT)"
	if os.Args[1] == "digitalocean" {
		answers, source = digitalocean, "github.com/digitalocean/godo v1.237.0 (MIT)"
		// These names are in use there.
		gone = map[string]bool{}
	}
	all := map[string]any{}
	for name, value := range answers {
		all[name] = describe(reflect.TypeOf(value))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	_ = encoder.Encode(map[string]any{
		"source": source + ", described by describe-api.go on 2026-11-26", "answers": all, "definitions": definitions,
	})
}
