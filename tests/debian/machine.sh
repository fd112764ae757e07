# machine.sh: bare Debian releases as folders, for tests/debian/check and tests/debian/package. The caller
# sets $place (build/debian), $commit and, for each release, $folder (below $place).
# shellcheck shell=sh

# why_not: prints what keeps debootstrap from working here
why_not() {
	[ "$(id -u)" = 0 ] || { echo "only root may make devices and mount"; return; }
	command -v debootstrap >/dev/null || tools/deps install debian >/dev/null 2>&1
	command -v debootstrap >/dev/null || { echo "debootstrap cannot be installed"; return; }
	unshare --mount --pid --fork mount -t proc proc /proc 2>/dev/null ||
		{ echo "no namespaces or no mounts here"; return; }
	rm -f "${place:?}/null"
	{ mknod -m 666 "$place/null" c 1 3 && : >"$place/null"; } 2>/dev/null ||
		echo "no devices can be made in build/"
	rm -f "$place/null"
}

# fetch NAME FOLDER: makes FOLDER/base; prints why it could not
fetch() {
	[ ! -d "$2/base" ] || return 0
	rm -rf --one-file-system "$2/new"
	unshare --mount debootstrap --variant=minbase --include=make,git "$1" "$2/new" >"$2/log" 2>&1 ||
		{ grep '^[EW]: ' "$2/log" | tail -n 1; return 1; }
	mkdir -p "$2/packages"
	mv "$2"/new/var/cache/apt/archives/*.deb "$2/packages/"
	mv "$2/new" "$2/base"
}

# within MACHINE PACKAGES COMMAND: runs it as a person in the clone would, nothing of this machine around
# shellcheck disable=SC2016 # for the inner shells
within() {
	unshare --mount --pid --fork --kill-child sh -c 'mount --bind "$1" "$1" && mount -t proc proc "$1/proc" &&
		mount -t devpts -o newinstance,ptmxmode=666 devpts "$1/dev/pts" &&
		mount -t tmpfs tmpfs "$1/dev/shm" &&
		mount --bind "$2" "$1/var/cache/apt/archives" &&
		exec chroot "$1" env -i ${http_proxy:+"http_proxy=$http_proxy"} HOME=/root \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			sh -c "cd /srv/mailstamp && $3"' sh "$1" "$2" "$3" </dev/null
}

# name_of RELEASE: prints what debootstrap calls it
name_of() {
	case $1 in
	12) echo bookworm ;;
	13) echo trixie ;;
	*) echo "$0: no release $1 is known" >&2; return 1 ;;
	esac
}

# bare MACHINE: a new copy of the release's base
bare() {
	rm -rf --one-file-system "$1"
	cp -a "${folder:?}/base" "$1" && cp /etc/hosts /etc/resolv.conf "$1/etc/" && mkdir -p "$1/srv/mailstamp"
}

# with_clone MACHINE: the commit in its /srv/mailstamp
with_clone() {
	git clone -q --no-hardlinks . "$1/srv/mailstamp" &&
		git -C "$1/srv/mailstamp" checkout -q --detach "${commit:?}"
}
