# Fetches apt's package lists onto the mounted volume.
apt-get update -qq
