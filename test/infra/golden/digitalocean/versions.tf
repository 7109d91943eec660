# Written by Wherry (05766e079190); once you have edited it, it is yours and stays as it is.
# The machines of shop production, as plain OpenTofu (or Terraform) files: tofu init, tofu plan, tofu apply.
# The token comes from the environment: DIGITALOCEAN_TOKEN. Commit .terraform.lock.hcl: it holds what the provider must be,
# byte for byte. For other systems: tofu providers lock -platform=linux_amd64 -platform=darwin_arm64
terraform {
  required_version = ">= 1.7.0"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = ">= 2.71.0, < 3.0.0"
    }
  }
}

provider "digitalocean" {}
