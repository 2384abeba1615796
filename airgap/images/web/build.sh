system_user nginx 101 /var/cache/nginx
install nginx-light curl
# The official unprivileged image's layout instead of Debian's.
rm -rf /etc/nginx/sites-available /etc/nginx/sites-enabled /etc/nginx/conf.d /etc/nginx/modules-enabled /etc/nginx/snippets /var/www /usr/share/nginx/html
mkdir -p /etc/nginx/conf.d /usr/share/nginx/html /docker-entrypoint.d /var/cache/nginx
cp nginx.conf /etc/nginx/nginx.conf
cp default.conf /etc/nginx/conf.d/default.conf
cp index.html 50x.html /usr/share/nginx/html/
cp entrypoint.sh /docker-entrypoint.sh
chmod 755 /docker-entrypoint.sh
nginx -t 2>&1 | grep -q 'test is successful'
rm -f /tmp/nginx.pid
rm -rf /tmp/*_temp /var/lib/nginx
tidy
# After tidying, which empties the folder: logs go where Docker collects them.
mkdir -p /var/log/nginx
ln -sf /dev/stdout /var/log/nginx/access.log
ln -sf /dev/stderr /var/log/nginx/error.log
chown -R nginx:nginx /var/cache/nginx /etc/nginx /usr/share/nginx/html
