# A machine of its own, whose first process is systemd: /etc is a copy, /run, /tmp, /var/lib and /usr/local/bin are empty but
# for the program, everything else is there and cannot be written. DEPLOY holds what is shipped, BINARY is the program,
# SHARED is /mnt here, and holds `try`: what is to be done once the units of START have begun.
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount --bind "$SHARED" /mnt
mount -t tmpfs tmpfs /tmp
cp -a /etc /tmp/etc
mount --bind /tmp/etc /etc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /usr/local/bin
touch /usr/local/bin/beseda
mount --bind "$BINARY" /usr/local/bin/beseda
mount --bind /dev/null /dev/console
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup

rm -rf /etc/systemd/system /etc/sysusers.d
mkdir -p /etc/systemd/system /etc/sysusers.d
cp "$DEPLOY"/systemd/* /etc/systemd/system
cp "$DEPLOY"/sysusers.d/* /etc/sysusers.d
systemd-sysusers /etc/sysusers.d/*
# What belongs to a whole machine is there at once.
for target in sysinit basic shutdown sockets network-online; do
    printf '[Unit]\nDefaultDependencies=no\n' >"/etc/systemd/system/$target.target"
done
cat >/etc/systemd/system/start.target <<UNIT
[Unit]
Wants=$START try.service
UNIT
cat >/etc/systemd/system/try.service <<UNIT
[Unit]
After=$START
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/sh -e /mnt/try
StandardOutput=truncate:/mnt/said
StandardError=append:/mnt/said
UNIT
mount -o remount,bind,ro /
export container=test SYSTEMD_UNIT_PATH=/etc/systemd/system
exec /lib/systemd/systemd --system --unit=start.target --show-status=0 --log-target=null </dev/null
