groupadd --gid 1000 node
useradd --uid 1000 --gid 1000 --shell /bin/bash --create-home node
install curl libstdc++6 libatomic1
tar -x -z -f node.tgz --strip-components=2 --no-same-owner -C /usr/local/bin package/bin/node
# Debug symbols out: binutils come and go in this same layer.
install binutils
strip --strip-unneeded /usr/local/bin/node || true
apt-get purge -y -qq --auto-remove binutils
ln -s node /usr/local/bin/nodejs
cp entrypoint.sh /usr/local/bin/docker-entrypoint.sh
chmod 755 /usr/local/bin/docker-entrypoint.sh
node --version
tidy
