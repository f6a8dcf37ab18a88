# shellcheck shell=bash
# Sourced by the scripts of this folder. They are for people who have a Debian machine (amd64) and time: none is part of
# CI. Their last results are in docs/robustness.md.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

# debian_source PACKAGE RELEASE: the source of a Debian package as its authors wrote it, in $source.
debian_source() {
    local apt=$work/apt-$2
    source=$work/$1-source
    [[ -d $source ]] && return
    mkdir -p "$apt/lists/partial" "$source.part"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $2 main" \
        > "$apt/sources.list"
    local options=(-qq -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$apt/lists"
        -o APT::Sandbox::User=)
    (
        cd "$apt"
        apt-get "${options[@]}" update
        apt-get "${options[@]}" source --download-only "$1"
        tar xf "$1"_*.orig.tar.* -C "$source.part" --strip-components=1
    )
    mv "$source.part" "$source"
}

# debian PACKAGE...: install what is missing of them.
debian() {
    dpkg --status "$@" > /dev/null 2>&1 || apt-get install --yes -qq "$@"
}

# cross_tools: what cross_wheel needs, in $python, and a copy of the source, so that no object file is taken for one of this
# machine's.
cross_tools() {
    section "zig cc and the source"
    venv cross
    install ziglang 'Cython>=3.1' 'setuptools>=77'
    rm -rf "$work/cross-source"
    mkdir "$work/cross-source"
    cp -r src setup.py pyproject.toml README.md LICENSE MANIFEST.in "$work/cross-source"
}

# cross_wheel TARGET PLATFORM [CFLAGS [LDFLAGS]]: a wheel of coterie for another system, in $work/wheels/TARGET, compiled by
# zig cc, which has the headers and libraries of all systems; warnings are errors. It is for trying out, not for publishing:
# some things in it are named as on this machine.
cross_wheel() {
    section "compile and link for $1"
    local cc="$python -m ziglang cc -target $1" link=-shared
    if [[ $1 == *-macos* ]]; then link="-dynamiclib -undefined dynamic_lookup"; fi
    rm -rf "$work/cross-source"/build/*/{lib,temp}.* "${work:?}/wheels/$1"
    CC=$cc LDSHARED="$cc $link ${4:-}" CFLAGS="-Wall -Wextra -Werror ${3:-}" _PYTHON_HOST_PLATFORM=$2 \
        "$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work/wheels/$1" "$work/cross-source"
    ls "$work/wheels/$1"
}

# foreign_packages ARCHITECTURE RELEASE PACKAGE...: unpack Debian packages of another architecture into $root_there.
foreign_packages() {
    local arch=$1 release=$2 apt=$work/apt-$2-$1
    shift 2
    mkdir -p "$apt/lists/partial" "$root_there"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main" \
        > "$apt/sources.list"
    : > "$apt/status"
    local options=(-qq -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o "Dir::Etc::SourceList=$apt/sources.list"
        -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$apt/lists" -o "Dir::State::Status=$apt/status"
        -o "Dir::Cache=$apt" -o APT::Sandbox::User=)
    (
        cd "$apt"
        apt-get "${options[@]}" update
        apt-get "${options[@]}" download "$@"
        for package in *.deb; do dpkg-deb --extract "$package" "$root_there"; done
    )
}
