system_user mongodb 999 /data/db
# For the backup agent's image, which is built on this one without apt.
install gnupg
tar -x -f server.tar --no-same-owner -C /opt
mv /opt/out /opt/stackbook-mongodb
mkdir -p /opt/mongosh
tar -x -f mongosh.tar --no-same-owner -C /opt/mongosh
# Type declarations, source maps and documents: almost half of it.
find /opt/mongosh \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \) -delete
ln -s /opt/mongosh/node_modules/mongosh/bin/mongosh.js /usr/local/bin/mongosh
for program in mongod docker-entrypoint.sh; do
  cp "$program" /usr/local/bin/
  chmod 755 "/usr/local/bin/$program"
done
mkdir -p /data/db /data/configdb
chown -R mongodb:mongodb /data

# The runtime has every module the program needs, or this fails here and not at a customer's.
mkdir /tmp/try
MONGO_INITDB_ROOT_USERNAME=root MONGO_INITDB_ROOT_PASSWORD=try mongod --dbpath /tmp/try --port 27999 > /tmp/try.log &
for attempt in $(seq 60); do grep -q 'Waiting for connections' /tmp/try.log && break; sleep 0.5; done
HOME=/tmp/try mongosh --quiet --norc 'mongodb://root:try@127.0.0.1:27999/admin' --eval 'db.getSiblingDB("try").rows.insertOne({ a: 1 }); db.getSiblingDB("try").rows.countDocuments()' || { cat /tmp/try.log; exit 1; }
kill $!
wait $! || true
rm -rf /tmp/try /tmp/try.log
tidy
