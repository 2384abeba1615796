install prometheus-node-exporter
# The official image's place.
ln -s prometheus-node-exporter /usr/bin/node_exporter
tidy
