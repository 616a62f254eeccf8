#!/bin/bash
# Throw-away one-node Ceph (mon + memstore osd + radosgw) as an S3 server for tests: everything in memory and in DIR, loopback only.
#   radosgw.sh start DIR PORT BUCKET   makes the bucket; prints S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY (also in DIR/env)
#   radosgw.sh stop  DIR               kills exactly the processes it started, removes DIR
# Uses TCP ports PORT (S3), PORT+1 (mon), PORT+100..PORT+120 (osd). With OWNER=PID it stops by itself when that process is gone.
# Needs ceph-mon, ceph-osd, radosgw, curl (tools/packages.sh).
set -euo pipefail
cmd=${1:?start|stop}; D=$(realpath -m "${2:?DIR}")

killall_own() {   # throw-away store: kill -9, no flush; only pids we recorded AND that still carry our CEPH_CONF
  local n p
  for n in rgw osd mon; do
    [ -s "$D/$n.pid" ] || continue
    p=$(cat "$D/$n.pid")
    { tr "\\0" "\\n" <"/proc/$p/environ"; } 2>/dev/null | grep -qxF "CEPH_CONF=$D/ceph.conf" && kill -9 "$p" 2>/dev/null || true
    rm -f "$D/$n.pid"
  done
}
stop() { killall_own; rm -rf "$D"; }
[ "$cmd" = stop ] && { stop; exit 0; }
[ "$cmd" = start ] || { echo "usage: $0 start|stop DIR [PORT]" >&2; exit 2; }

PORT=${3:?PORT}; BUCKET=${4:?BUCKET}; MONP=$((PORT+1)); H=127.0.0.1
AK=testaccess; SK=testsecretkey0123456789
[ -e "$D/mon.pid" ] && { echo "$D already in use" >&2; exit 1; }
mkdir -p "$D"/{mon,osd,run}
FSID=$(cat /proc/sys/kernel/random/uuid); OSDID=$(cat /proc/sys/kernel/random/uuid)
export CEPH_CONF=$D/ceph.conf CEPH_ARGS=""
cat > "$D/ceph.conf" <<C
[global]
fsid = $FSID
mon_host = v2:$H:$MONP
public_addr = $H
cluster_addr = $H
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = $D/run
admin_socket = $D/run/\$name.asok
log_file = $D/\$name.log
pid_file =
log_to_stderr = false
keyring = $D/keyring
ms_bind_port_min = $((PORT+100))
ms_bind_port_max = $((PORT+120))
ms_async_op_threads = 1
ms_mon_client_mode = crc
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
osd_max_pg_log_entries = 100
osd_min_pg_log_entries = 50
mon_warn_on_pool_no_redundancy = false
mon_data_avail_warn = 1
mon_data_avail_crit = 0
[mon]
mon_data = $D/mon
mon_osd_initial_require_min_compat_client = luminous
paxos_propose_interval = 0.01
paxos_min_wait = 0.005
mon_tick_interval = 1
mon_osdmap_full_prune_enabled = false
[osd]
osd_data = $D/osd
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_class_load_list = *
osd_class_default_list = *
osd_op_num_shards = 1
osd_op_num_threads_per_shard = 2
[client.rgw]
rgw_data = $D/rgw
ms_mon_client_mode = crc
rgw_frontends = beast endpoint=$H:$PORT tcp_nodelay=1
rgw_thread_pool_size = 32
rgw_num_rados_handles = 1
objecter_tick_interval = 0.25
rgw_rados_pool_pg_num_min = 1
rgw_bucket_index_max_aio = 8
rgw_override_bucket_index_max_shards = 1
rgw_default_bucket_quota_max_objects = -1
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw_lc_debug_interval = -1
rgw_enable_usage_log = false
rgw_enable_ops_log = false
rgw_gc_obj_min_wait = 1
rgw_gc_processor_period = 3
rgw_gc_processor_max_time = 3
C
mkdir -p "$D/rgw"; printf '[mon.]\n\tkey = AQBzQ0ZnAAAAABAAe0fHkQ0TnG3iVvV1g8G5Sg==\n\tcaps mon = "allow *"\n' > "$D/keyring"
done_ok=; trap '[ -n "$done_ok" ] || { echo "start failed; logs kept in $D" >&2; killall_own; }' EXIT
monmaptool --create --fsid "$FSID" --addv a "[v2:$H:$MONP]" "$D/monmap" >/dev/null
ceph-mon -i a --mkfs --monmap "$D/monmap" --keyring "$D/keyring" 2>"$D/mkfs.err"
ceph-mon -i a -f >"$D/mon.out" 2>&1 & echo $! > "$D/mon.pid"
ceph-osd -i 0 --mkfs --osd-uuid "$OSDID" --no-mon-config >"$D/osd-mkfs.out" 2>&1 &  MK=$!
timeout 20 ceph --connect-timeout 15 osd new "$OSDID" >/dev/null 2>"$D/osdnew.err"
wait $MK
ceph-osd -i 0 -f >"$D/osd.out" 2>&1 & echo $! > "$D/osd.pid"
radosgw -n client.rgw -f >"$D/rgw.out" 2>&1 & echo $! > "$D/rgw.pid"
for i in $(seq 300); do
  if curl -fs -o /dev/null "http://$H:$PORT/"; then ok=1; break; fi
  kill -0 "$(cat "$D/rgw.pid")" 2>/dev/null || { cat "$D/rgw.out" >&2; exit 1; }
  sleep 0.05
done
[ "${ok:-}" = 1 ] || { echo "radosgw not up in 15 s" >&2; exit 1; }
radosgw-admin -n client.rgw user create --uid=test --display-name=test \
   --access-key="$AK" --secret-key="$SK" >"$D/user.json" 2>"$D/user.err"
curl -fsS -o /dev/null -X PUT -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" --aws-sigv4 "aws:amz:default:s3" --user "$AK:$SK" "http://$H:$PORT/$BUCKET"
if [ -n "${OWNER:-}" ]; then
  ( trap - EXIT; while kill -0 "$OWNER" 2>/dev/null && [ -e "$D/rgw.pid" ]; do sleep 0.5; done; [ ! -e "$D/rgw.pid" ] || stop ) </dev/null >/dev/null 2>&1 &
fi
printf 'S3_ENDPOINT=http://%s:%s\nS3_ACCESS_KEY=%s\nS3_SECRET_KEY=%s\nS3_REGION=default\n' "$H" "$PORT" "$AK" "$SK" | tee "$D/env"
done_ok=1
