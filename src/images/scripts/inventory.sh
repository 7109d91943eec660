# Which images and layers the engine has, and what is left of an earlier transfer that was cut. Changes nothing.
say "engine-store $(docker info -f '{{.Architecture}} {{json .DriverStatus}}')"
docker image ls -q --no-trunc | sort -u | xargs -r docker image inspect \
  -f 'image {"id":{{json .Id}},"references":{{json .RepoTags}},"digests":{{json .RepoDigests}},"layers":{{json .RootFS.Layers}},"bytes":{{json .Size}}}' >&3 || :
for part in "$home"/incoming/blobs/sha256/*; do
  [ ! -f "$part" ] || say "part ${part##*/} $(wc -c < "$part")"
done
[ ! -e "$home/incoming/whole" ] || say "part-whole"
