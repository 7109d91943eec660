// DigitalOcean's own provider for the tests, driven against the fake of its API.
//
// The versions from 2.0.0 on are no Go modules that a proxy could serve: their module path lacks the /v2. The newest that
// can be built from the proxy is 1.23.0, of 2020. What the files use today and did not exist then is added here: reserved
// addresses have another name and another import, some attributes are taken and do nothing, and the list of SSH keys is read by this file.
// What 1.23.0 does not do is thus not proven by these tests; provider-schema.json holds the files to a current version.
package main

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/digitalocean/godo"
	"github.com/digitalocean/terraform-provider-digitalocean/digitalocean"
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/hashicorp/terraform-plugin-sdk/plugin"
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
	"golang.org/x/oauth2"
)

func provider() terraform.ResourceProvider {
	p := digitalocean.Provider().(*schema.Provider)
	p.ResourcesMap["digitalocean_reserved_ip"] = p.ResourcesMap["digitalocean_floating_ip"]
	assignment := p.ResourcesMap["digitalocean_floating_ip_assignment"]
	assignment.Importer = &schema.ResourceImporter{State: importAssignment}
	p.ResourcesMap["digitalocean_reserved_ip_assignment"] = assignment

	droplet := p.ResourcesMap["digitalocean_droplet"]
	droplet.Schema["graceful_shutdown"] = &schema.Schema{Type: schema.TypeBool, Optional: true, Default: false}
	droplet.Timeouts = &schema.ResourceTimeout{Delete: schema.DefaultTimeout(time.Minute)}
	p.ResourcesMap["digitalocean_loadbalancer"].Schema["size"] = &schema.Schema{Type: schema.TypeString, Optional: true}

	var client *godo.Client
	configure := p.ConfigureFunc
	p.ConfigureFunc = func(d *schema.ResourceData) (interface{}, error) {
		token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: d.Get("token").(string)})
		client = godo.NewClient(oauth2.NewClient(context.Background(), token))
		base, err := url.Parse(d.Get("api_endpoint").(string))
		if err != nil {
			return nil, err
		}
		client.BaseURL = base
		return configure(d)
	}
	p.DataSourcesMap["digitalocean_ssh_keys"] = sshKeys(func() *godo.Client { return client })
	return p
}

// `ADDRESS,DROPLET`, as in today's provider.
func importAssignment(d *schema.ResourceData, _ interface{}) ([]*schema.ResourceData, error) {
	address, droplet, _ := strings.Cut(d.Id(), ",")
	id, err := strconv.Atoi(droplet)
	if err != nil {
		return nil, err
	}
	d.SetId(droplet + "-" + address)
	if err := d.Set("ip_address", address); err != nil {
		return nil, err
	}
	return []*schema.ResourceData{d}, d.Set("droplet_id", id)
}

func sshKeys(client func() *godo.Client) *schema.Resource {
	told := &schema.Schema{Type: schema.TypeString, Computed: true}
	return &schema.Resource{
		Read: func(d *schema.ResourceData, _ interface{}) error {
			keys, _, err := client().Keys.List(context.Background(), &godo.ListOptions{PerPage: 200})
			if err != nil {
				return err
			}
			list := []interface{}{}
			for _, key := range keys {
				list = append(list, map[string]interface{}{
					"id": key.ID, "name": key.Name, "fingerprint": key.Fingerprint, "public_key": key.PublicKey,
				})
			}
			d.SetId("all")
			return d.Set("ssh_keys", list)
		},
		Schema: map[string]*schema.Schema{
			"ssh_keys": {
				Type: schema.TypeList, Computed: true,
				Elem: &schema.Resource{Schema: map[string]*schema.Schema{
					"id":   {Type: schema.TypeInt, Computed: true},
					"name": told, "fingerprint": told, "public_key": told,
				}},
			},
		},
	}
}

func main() {
	plugin.Serve(&plugin.ServeOpts{ProviderFunc: provider})
}
