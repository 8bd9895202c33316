#!/bin/sh
# Checks the HTML of every page in a folder with the Nu HTML checker (needs npm and Java): `check_html.sh FOLDER`.
# The checker comes from the npm registry in one version, known by its sum, and is kept under var/.
set -eu

VERSION=26.9.27
SUM=5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7

pages=$1
tool=var/vnu-$VERSION
if [ ! -f "$tool/package/build/dist/vnu.jar" ]; then
    mkdir -p "$tool"
    npm pack --silent --pack-destination "$tool" "vnu-jar@$VERSION" >/dev/null
    echo "$SUM  $tool/vnu-jar-$VERSION.tgz" | sha256sum --check --quiet
    tar -xzf "$tool/vnu-jar-$VERSION.tgz" -C "$tool" package/build/dist/vnu.jar
fi

count=$(find "$pages" -name '*.html' | wc -l)
[ "$count" -gt 0 ] || { echo "No pages in $pages: the tests saved none." >&2; exit 1; }
java -jar "$tool/package/build/dist/vnu.jar" --errors-only --Werror "$pages"/*.html
echo "$count pages are valid HTML."
