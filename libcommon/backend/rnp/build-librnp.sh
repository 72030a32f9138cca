#!/bin/sh
# build-librnp.sh FALLBACK-CACHE: builds Debian's own rnp source package, unchanged, as a static library and prints the folder
# that holds include/rnp/*.h and lib/librnp.a. Progress goes to stderr; any failure is one line that says what is missing, and 1.
#
# The source comes through apt, which checks it against the signed Release file, from the mirror this machine uses; apt works
# in a folder of our own, so that nothing in the machine's configuration, lists or caches changes and no root is needed.
#
# What was fetched and built is kept in $SM_CACHE, else $XDG_CACHE_HOME/smtools, else ~/.cache/smtools, else FALLBACK-CACHE,
# so that the network is needed once: sources/rnp-VERSION and librnp-VERSION-KEY, where KEY stands for this recipe, the
# compilers and the libraries compiled against. CC and CXX choose the compilers.
set -eu
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CMAKE_PREFIX_PATH DESTDIR
export LC_ALL=C

say() { echo "-- librnp: $*" >&2; }
die() {
  echo "-- librnp: $*" >&2
  exit 1
}

for command in apt-get dpkg-source dpkg-parsechangelog cmake pkg-config flock; do
  command -v $command >/dev/null 2>&1 || die "$command is not installed"
done
: "${CC:=cc}" "${CXX:=c++}"
export CC CXX

cache=
for folder in "${SM_CACHE:-}" "${XDG_CACHE_HOME:+$XDG_CACHE_HOME/smtools}" "${HOME:+$HOME/.cache/smtools}" "${1:-}"; do
  case $folder in /*) ;; *) continue ;; esac
  if mkdir -p "$folder/sources" 2>/dev/null && [ -O "$folder" ] && [ -w "$folder/sources" ]; then
    cache=$folder
    break
  fi
done
[ -n "$cache" ] || die "no folder to keep the library in: set SM_CACHE"

# One build at a time; a second one finds the first one's result. What lies in tmp.* then belongs to nobody.
exec 9>"$cache/lock"
flock 9
rm -rf "$cache"/tmp.*
tmp=$(mktemp -d "$cache/tmp.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# The version that this machine would install, security updates included; nothing when it has no package lists.
candidate=$(apt-cache policy librnp-dev 2>/dev/null | sed -n 's/^  Candidate: //p')
version=$(echo "$candidate" | sed 's/^(none)$//; s/+b[0-9]*$//; s/^[0-9]*://')

key=$({
  cat "$0"
  $CC --version
  $CXX --version
  for module in botan-2 json-c bzip2 zlib; do pkg-config --modversion $module 2>/dev/null || echo none; done
} | sha256sum | cut -c 1-12)

# newest PREFIX SUFFIX: the highest version kept under such a name.
newest() {
  for kept in "$cache/$1"*"$2"; do
    kept=${kept##*/"$1"}
    [ "$kept" = "*$2" ] || echo "${kept%"$2"}"
  done | sort -V | tail -n 1
}

[ -n "$version" ] || version=$(newest librnp- "-$key")
if [ -n "$version" ] && [ -d "$cache/librnp-$version-$key" ]; then
  echo "$cache/librnp-$version-$key"
  exit 0
fi

# A configuration file given by -c is read after the machine's own, whose proxies hold; what others hook onto an update does not.
fetch() {
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -r $keyring ] || { say "$keyring is missing"; return 1; }
  mkdir -p "$tmp/apt/lists/partial" "$tmp/apt/cache/archives/partial" "$tmp/fetched"
  # shellcheck disable=SC1091 # the machine's own file
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt expands these
  apt-get indextargets --format '$(ORIGIN)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    sed -n "s/^Debian|main|\($release\|$release-updates\|$release-security\)|\(.*\)\$/deb-src [signed-by=@] \2 \1 main/p" |
    sed "s,@,$keyring," | sort -u >"$tmp/apt/sources.list"
  if [ ! -s "$tmp/apt/sources.list" ]; then
    [ -n "$release" ] || { say "no Debian mirror is configured"; return 1; }
    echo "deb-src [signed-by=$keyring] http://deb.debian.org/debian $release main" >"$tmp/apt/sources.list"
  fi
  cat >"$tmp/apt/conf" <<CONF
Dir::Etc::sourcelist "$tmp/apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$tmp/apt/lists";
Dir::Cache "$tmp/apt/cache";
Dir::Cache::archives "$tmp/apt/cache/archives";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
  say "fetching Debian's source package${version:+ rnp $version}"
  if ! apt-get -q -c "$tmp/apt/conf" update >"$tmp/log" 2>&1 ||
    ! (cd "$tmp/fetched" && apt-get -q -c "$tmp/apt/conf" source --download-only "rnp${version:+=$version}") >>"$tmp/log" 2>&1; then
    grep '^[EW]:' "$tmp/log" | head -n 4 | sed 's/^/--   /' >&2
    return 1
  fi
  version=$(sed -n 's/^Version: //p' "$tmp"/fetched/*.dsc | sed 's/^[0-9]*://')
  mv "$tmp/fetched" "$cache/sources/rnp-$version"
}

if [ -z "$version" ] || [ ! -d "$cache/sources/rnp-$version" ]; then
  if ! fetch; then
    # Without network an older source that apt once checked is better than none; it is said which.
    version=$(newest sources/rnp- "")
    [ -n "$version" ] || die "Debian's source package rnp can't be fetched"
    say "using rnp $version, fetched earlier"
  fi
fi
result=$cache/librnp-$version-$key
if [ ! -d "$result" ]; then
  dpkg-source --no-copy -q -x "$cache/sources/rnp-$version"/*.dsc "$tmp/source" >"$tmp/log" 2>&1 || {
    cat "$tmp/log" >&2
    rm -rf "$cache/sources/rnp-$version"
    die "the source package is damaged"
  }
  # Debian's patch reads these two, which its own build exports.
  DEB_VERSION=$(dpkg-parsechangelog -l "$tmp/source/debian/changelog" -S Version)
  SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$tmp/source/debian/changelog" -S Timestamp)
  export DEB_VERSION SOURCE_DATE_EPOCH
  say "building rnp $version as a static library, once: $result"
  # As in Debian's build no NDEBUG: the same assertions hold in both ways that RNP comes.
  flags="-O2 -fPIC -ffunction-sections -fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2"
  {
    cmake -S "$tmp/source" -B "$tmp/build" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags" \
      -DBUILD_SHARED_LIBS=OFF -DCRYPTO_BACKEND=botan -DBUILD_TESTING=OFF -DENABLE_DOC=OFF -DDOWNLOAD_GTEST=OFF -DDOWNLOAD_RUBYRNP=OFF &&
      cmake --build "$tmp/build" --target librnp --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
  } >"$tmp/log" 2>&1 || {
    tail -n 30 "$tmp/log" >&2
    die "building rnp $version failed"
  }
  mkdir -p "$tmp/result/include/rnp" "$tmp/result/lib"
  cp "$tmp/source/include/rnp/rnp.h" "$tmp/source/include/rnp/rnp_err.h" "$tmp/build/src/lib/rnp/rnp_export.h" "$tmp/result/include/rnp"
  cp "$tmp/source/LICENSE.md" "$tmp/result"
  cp "$tmp/build/src/lib/librnp.a" "$tmp/result/lib"
  mv "$tmp/result" "$result"
fi
echo "$result"
