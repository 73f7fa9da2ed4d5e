# Sourced by the benchmarks on real pictures: pairs prints the eight pairs of a sweep's config, each
# picture used once. $shared is the folder with images/NAME.jpg.

pair() { echo "    - {content: $shared/images/$1.jpg, style: $shared/images/$2.jpg}"; }

pairs() {
  echo "  pairs:"
  pair stone_house starry_night
  pair half_timbered great_wave
  pair raft harvesters
  pair palms tahiti
  pair aeroplane night_cafe
  pair lighthouse wheat_field
  pair barn flowers_wan_li
  pair parrots cubist_portrait
}
