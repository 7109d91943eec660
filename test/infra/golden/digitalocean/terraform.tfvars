# Written by Wherry (aeafe594b030); once you have edited it, it is yours and stays as it is.
server_type  = "s-2vcpu-4gb"
location     = "fra1"
server_count = 2
image        = "debian-13-x64"
backups      = true
data_size    = 20
ssh_from     = ["0.0.0.0/0", "::/0"]

ssh_keys = {
  "8a:9a:d0:47:ec:64:d1:73:05:e1:a4:61:50:a3:b0:d9" = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p ada"
}
