import { foreign } from '../../postgres/tools/access';
import { sessionOptions, sessionSettings } from '../../postgres/tools/session';

/**
 * What the probe runs in a pod: `probeCommand()`. Constant: no value is put into it. It prints one
 * line per finding, tab separated, and the facts as JSON lines; a password is read in the pod and stays there.
 *
 * Lines: `tool bin dump restore psql dumpall zstd lz4` · `tried user host port message` · `login user host port kind name database`
 * · `said line` of a login's warnings · `state word` of a postmaster that is not ready · `df data|wal <df's line>` · `cpu max|quota|nproc value`.
 * `-` stands for "the tools' default".
 *
 * What the role may set, and what the server knows, is not known before the first login: it is tried with all that a superuser of a new server is given
 * (`levels`), and with less where the server names the setting that it does not take. So no trigger on login runs where it can be helped.
 */
const probeScript = `
export LC_ALL=C PGCONNECT_TIMEOUT=3 PGCLIENTENCODING=UTF8 PGAPPNAME=db-ferry-probe PG_COLOR=never PGOPTIONS
loginSql=$1; factsSql=$2; plain=$3; english=$4; quiet=$5
version() { "$1" --version 2>/dev/null | sed -n '1s/^[^0-9]*\\([0-9][0-9.]*\\).*/\\1/p'; }
knows() { "$1" -w -Fc -Z "$2" -h /nonexistent -U x -d x -f /dev/null 2>&1 | grep -q /nonexistent && echo yes || echo no; }

psql=
for d in - /opt/bitnami/postgresql/bin /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin \\
  /usr/libexec/postgresql* /usr/local/bin /opt/edb/as*/bin /usr/edb/as*/bin; do
  p=$d/
  if [ "$d" = - ]; then p=; command -v pg_dump >/dev/null 2>&1 || continue; else [ -x "$d/pg_dump" ] || continue; fi
  v=$(version "$p"psql)
  [ -n "$v" ] && [ -z "$psql" ] && psql=\${p}psql
  d=$(version "$p"pg_dump)
  zstd=no; lz4=no
  case $d in 9.*|1[0-5]|1[0-5].*) ;; *) zstd=$(knows "$p"pg_dump zstd:1); lz4=$(knows "$p"pg_dump lz4:1);; esac
  printf 'tool\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "\${p%/}" "$d" "$(version "$p"pg_restore)" "$v" "$(version "$p"pg_dumpall)" "$zstd" "$lz4"
done
[ -n "$psql" ] || exit 0

# Where a server may listen: what the server wrote down itself, sockets that exist, then TCP on this host only.
digits() { case $1 in ''|*[!0-9]*) return 1;; esac; }
hosts=
case $PGHOST in ''|/*|localhost|127.*|::1) [ -z "$PGHOSTADDR$PGSERVICE" ] && hosts=-,- ;; esac
for v in $6; do [ "$v" = PGCLIENTENCODING ] || [ "$v" = PGAPPNAME ] || unset "$v"; done
if [ -n "$PGDATA" ] && [ -r "$PGDATA/postmaster.pid" ]; then
  port=$(sed -n 4p "$PGDATA/postmaster.pid"); dir=$(sed -n 5p "$PGDATA/postmaster.pid")
  digits "$port" && hosts="$hosts \${dir:-127.0.0.1},$port"
fi
for d in /var/run/postgresql /controller/run /tmp /tmp/postgres /run/postgresql; do
  for s in "$d"/.s.PGSQL.*; do
    [ -S "$s" ] && digits "\${s##*.}" && hosts="$hosts $d,\${s##*.}"
  done
done
for port in "$PGPORT" "$POSTGRESQL_PORT_NUMBER" 5432; do digits "$port" && hosts="$hosts 127.0.0.1,$port"; done

login() (
  PGUSER=$1; export PGUSER
  [ "$2" = - ] || { PGHOST=$2; export PGHOST; }
  [ "$3" = - ] || { PGPORT=$3; export PGPORT; }
  case $4 in
    env) eval "PGPASSWORD=\\$$5"; export PGPASSWORD ;;
    file) eval "f=\\$$5"; PGPASSWORD=$(cat "$f" 2>/dev/null); export PGPASSWORD ;;
  esac
  "$psql" -X -q -A -t -w -d "$6"
)
found=; first=; dead=' '; levels='english plain'
case $("$psql" --version) in *' 1'[0-6]*|*' 9.'*) ;; *) levels="quiet $levels";; esac
# what the server says at a login, a warning perhaps, is no answer: the answer is what comes on stdout
ask() {
  said=$( { answer=$(printf '%s\\n' "$loginSql" | login "$@" 2>&3); printf 'answer:%s' "$answer"; } 3>&1 )
  answer=\${said##*answer:}; said=\${said%answer:*}
}
try() {
  [ -n "$found" ] && return
  case $dead in *" $2,$3 "*) return;; esac
  for level in $levels; do
    eval "PGOPTIONS=\\$$level"
    ask "$@"
    case $answer in t|f) break;; esac
    case $said in *event_triggers*|*lc_messages*) ;; *) break;; esac
  done
  case $answer in
    t) found="$*"; words=$said; options=$PGOPTIONS ;;
    f) [ -n "$first" ] || { first="$*"; words=$said; options=$PGOPTIONS; } ;;
    *)
      case $said in
        *'No such file'*|*'onnection refused'*|*'s the server running'*|*'timeout expired'*|*'could not translate'*|*'ermission denied'*'/.s.PGSQL'*) dead="$dead$2,$3 ";;
      esac
      printf 'tried\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$2" "$3" "$(printf '%s\\n' "$said" | sed -n -e '/^psql: /{p;q;}' -e '\$p')" ;;
  esac
}
fromFile() { [ -n "$1" ] && [ -r "$1" ] && cat "$1"; }
users=
for u in "$PGUSER" postgres "$POSTGRES_USER" "$(fromFile "$POSTGRES_USER_FILE")" "$POSTGRESQL_USERNAME" "$POSTGRESQL_USER" "$PATRONI_SUPERUSER_USERNAME" enterprisedb; do
  case $u in ''|*[!A-Za-z0-9_.@-]*) continue;; esac
  case " $users " in *" $u "*) ;; *) users="$users $u";; esac
done

for db in postgres template1 "$POSTGRES_DB" "$POSTGRESQL_DATABASE"; do
  [ -n "$db" ] || continue
  [ -n "$found$first" ] && break
  for hp in $hosts; do for u in $users; do try "$u" "\${hp%,*}" "\${hp##*,}" no - "$db"; done; done
  [ -n "$found" ] && break
  for hp in $hosts; do for u in $users; do
    case $u in
      postgres|enterprisedb) names='POSTGRESQL_POSTGRES_PASSWORD POSTGRES_POSTGRES_PASSWORD POSTGRESQL_ADMIN_PASSWORD PGPASSWORD_SUPERUSER PATRONI_SUPERUSER_PASSWORD POSTGRES_PASSWORD POSTGRESQL_PASSWORD' ;;
      *) names='POSTGRES_PASSWORD POSTGRESQL_PASSWORD PATRONI_SUPERUSER_PASSWORD' ;;
    esac
    for n in $names; do
      eval "v=\\$$n"; [ -n "$v" ] && try "$u" "\${hp%,*}" "\${hp##*,}" env "$n" "$db"
      eval "f=\\$\${n}_FILE"; [ -n "$f" ] && [ -r "$f" ] && try "$u" "\${hp%,*}" "\${hp##*,}" file "\${n}_FILE" "$db"
    done
  done; done
done
v=
login=\${found:-$first}
[ -n "$PGDATA" ] && [ -r "$PGDATA/postmaster.pid" ] && printf 'state\\t%s\\n' "$(sed -n 8p "$PGDATA/postmaster.pid")"
[ -n "$login" ] || exit 0
set -- $login
PGOPTIONS=$options
printf 'login\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$2" "$3" "$4" "$5" "$6"
printf '%s\\n' "$words" | head -n 20 | while IFS= read -r line; do [ -z "$line" ] || printf 'said\\t%s\\n' "$line"; done
printf '%s\\n' "$factsSql" | login "$@"
data=$(echo 'show data_directory' | login "$@" 2>/dev/null)
[ -n "$data" ] || data=$PGDATA
if [ -n "$data" ]; then
  printf 'df\\tdata\\t%s\\n' "$(df -Pk "$data" 2>/dev/null | tail -n 1)"
  printf 'df\\twal\\t%s\\n' "$(df -Pk "$data/pg_wal/." 2>/dev/null | tail -n 1)"
fi
[ -r /sys/fs/cgroup/cpu.max ] && printf 'cpu\\tmax\\t%s\\n' "$(cat /sys/fs/cgroup/cpu.max)"
[ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ] && printf 'cpu\\tmax\\t%s %s\\n' "$(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us)" "$(cat /sys/fs/cgroup/cpu/cpu.cfs_period_us)"
printf 'cpu\\tnproc\\t%s\\n' "$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)"
exit 0
`;

/** Answers `t` for a superuser, `f` for any other role. */
const loginSql = 'select rolsuper from pg_catalog.pg_roles where rolname = current_user';

/** Each statement stands alone, since a role may be refused one of them; each prints one JSON object a row. */
const factsSql = `
select json_build_object('kind', 'server', 'version', current_setting('server_version_num')::int, 'standby', pg_is_in_recovery(),
  'name', rolname, 'superuser', rolsuper, 'createDb', rolcreatedb or rolsuper, 'createRole', rolcreaterole or rolsuper,
  'signalBackend', rolsuper or pg_has_role(oid, 'pg_signal_backend', 'usage'),
  'readAllStats', rolsuper or pg_has_role(oid, 'pg_read_all_stats', 'usage')) from pg_roles where rolname = current_user;
select json_build_object('kind', 'system', 'id', system_identifier::text) from pg_control_system();
select current_setting('server_version_num')::int >= 150000 as has_versions \\gset
\\if :has_versions
\\set actual pg_database_collation_actual_version(oid)
\\else
\\set actual 'null::text'
\\endif
select json_build_object('kind', 'database', 'name', datname, 'oid', oid::bigint, 'owner', pg_get_userbyid(datdba),
  'bytes', case when has_database_privilege(oid, 'connect') or pg_has_role('pg_read_all_stats', 'usage') then pg_database_size(oid) end,
  'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype,
  'localeProvider', to_jsonb(d)->>'datlocprovider', 'icuLocale', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'),
  'collation', case when to_jsonb(d)->>'datcollversion' is distinct from :actual and to_jsonb(d)->>'datcollversion' is not null
    then json_build_object('was', to_jsonb(d)->>'datcollversion', 'is', :actual) end,
  'loginTriggers', nullif(coalesce((to_jsonb(d)->>'dathasloginevt')::boolean, false), false), 'allowConnections', datallowconn, 'isTemplate', datistemplate, 'connectionLimit', datconnlimit,
  'comment', shobj_description(oid, 'pg_database')) from pg_database d order by datname;
select json_build_object('kind', 'extensions', 'versions', coalesce(json_object_agg(name, default_version), '{}'::json)) from pg_available_extensions;
`;

/** The argv of the probe. */
export function probeCommand(): string[] {
  const plain = sessionSettings({}, 'read');
  const english = { ...plain, lc_messages: 'C' };
  const levels = [plain, english, { ...english, event_triggers: 'off' }].map(sessionOptions);
  return ['sh', '-c', probeScript, 'probe', loginSql, factsSql, ...levels, foreign.join(' ')];
}
