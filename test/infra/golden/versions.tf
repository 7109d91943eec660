# Written by Wherry (e961caec3740); once you have edited it, it is yours and stays as it is.
# The machines of shop production, as plain OpenTofu (or Terraform) files: tofu init, tofu plan, tofu apply.
# The token comes from the environment: HCLOUD_TOKEN. Commit .terraform.lock.hcl: it holds what the provider must be,
# byte for byte. For other systems: tofu providers lock -platform=linux_amd64 -platform=darwin_arm64
terraform {
  required_version = ">= 1.7.0"

  required_providers {
    hcloud = {
      source  = "hetznercloud/hcloud"
      version = ">= 1.68.0, < 2.0.0"
    }
  }

  backend "s3" {
    # Keys from the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    bucket       = "shop-state"
    key          = "shop/production.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
    encrypt      = true
  }
}

provider "hcloud" {}
