#!/usr/bin/env bash
# Run once by the MariaDB image on an empty volume: a database and a login for each service, which may use that database and no other.
set -euo pipefail

for service in connectors inventory activities posture governance; do
  variable="DB_PASSWORD_${service^^}"
  password=${!variable:-}
  if [ -z "$password" ]; then
    echo "$variable is not set: see .env.example" >&2
    exit 1
  fi
  # In SQL a quote is doubled and a backslash escapes.
  password=${password//\\/\\\\}
  password=${password//\'/\'\'}
  mariadb --user=root --password="$MARIADB_ROOT_PASSWORD" <<SQL
create database if not exists castellan_${service} character set utf8mb4 collate utf8mb4_nopad_bin;
create user if not exists 'castellan_${service}'@'%' identified by '${password}';
grant all privileges on castellan_${service}.* to 'castellan_${service}'@'%';
SQL
done
