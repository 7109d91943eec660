# Written by Wherry (10a0a2966627); once you have edited it, it is yours and stays as it is.
variable "server_type" {
  type        = string
  description = "Type of the servers. Another one means a power-off"
}

variable "location" {
  type        = string
  description = "Where the servers stand. Another one means other servers"
}

variable "server_count" {
  type        = number
  description = "How many servers"
}

variable "image" {
  type        = string
  description = "Operating system, for new servers alone"
}

variable "backups" {
  type        = bool
  description = "Daily copies of the servers' own disks, by the provider"
}

variable "data_size" {
  type        = number
  description = "GB of the volume of each server; 0: none. Can only grow"
}

variable "ssh_from" {
  type        = list(string)
  description = "Address ranges that reach port 22"
}

variable "ssh_keys" {
  type        = map(string)
  description = "Public keys that may log in, by MD5 fingerprint"
}

variable "first_host_key" {
  type        = object({ private = string, public = string })
  description = "Host key of a server's first minutes, so that it can be told from others. Without one, compare fingerprints by hand"

  default = {
    private = ""
    public  = ""
  }

  sensitive = true
}
