#!/usr/bin/env bash
# Makes the announcement clips under resources/sounds with espeak-ng (GPL-3; what it says is free to
# use). Needs espeak-ng and python3 only. A bank records its own voice instead: docs/voice.md.
#   scripts/make_sounds.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-resources/sounds}"
raw="$(mktemp -d)"
trap 'rm -rf "$raw"' EXIT
mkdir -p "$raw/zh" "$raw/en" "$folder/zh" "$folder/en"

# Chinese characters would be read letter by letter: Mandarin is spoken from pinyin.
zh() { espeak-ng -v cmn-latn-pinyin -s 145 -a 150 -w "$raw/zh/$1.wav" "$2"; }
en() { espeak-ng -v en-gb -s 150 -a 150 -w "$raw/$1/$2.wav" "$3"; }

zh qing qing3; zh hao hao4; zh dao dao4
zh hao_chuangkou "hao4 chuang1 kou3"; zh banli_yewu "ban4 li3 ye4 wu4"
zh ling ling2; zh yi yi1; zh er er4; zh san san1; zh si si4; zh wu wu3
zh liu liu4; zh qi qi1; zh ba ba1; zh jiu jiu3; zh yao yao1; zh shi shi2
en en ticket "ticket"; en en please_go_to_counter "please go to counter"
for word in zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen \
  fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety; do
  en en "$word" "$word"
done
for letter in A B C D E F G H J K L M N P Q R S T U V W X Y Z; do
  en en "$letter" "$letter"; en zh "$letter" "$letter"
done

python3 - "$raw" "$folder" <<'PYTHON'
"""Cut silence, bring all clips to one loudness, add the chime: 22,050 Hz, mono, 16 bit."""
import array, math, pathlib, sys, wave

RATE, LOUDNESS, PEAK = 22050, 4200, 29000
raw, folder = map(pathlib.Path, sys.argv[1:])

def write(path, samples):
    with wave.open(str(path), "wb") as clip:
        clip.setnchannels(1); clip.setsampwidth(2); clip.setframerate(RATE)
        clip.writeframes(array.array("h", samples).tobytes())

for source in sorted(raw.rglob("*.wav")):
    with wave.open(str(source)) as clip:
        assert clip.getparams()[:3] == (1, 2, RATE), source
        samples = array.array("h", clip.readframes(clip.getnframes()))
    heard = [at for at, value in enumerate(samples) if abs(value) > 250]
    samples = samples[max(0, heard[0] - 220) : heard[-1] + 440]
    level = math.sqrt(sum(v * v for v in samples) / len(samples))
    factor = min(LOUDNESS / level, PEAK / max(map(abs, samples)))
    fade = 110  # 5 ms at both ends: no clicks where clips meet
    ends = [min(1, at / fade, (len(samples) - at) / fade) for at in range(len(samples))]
    write(folder / source.relative_to(raw), (round(v * factor * e) for v, e in zip(samples, ends)))

def note(hertz, seconds):
    for at in range(int(RATE * seconds)):
        moment = at / RATE
        tone = math.sin(math.tau * hertz * moment) + 0.3 * math.sin(2 * math.tau * hertz * moment)
        yield round(8000 * tone * math.exp(-4 * moment / seconds) * min(1, at / 110))

write(folder / "chime.wav", [*note(659.26, 0.35), *note(523.25, 0.6)])
PYTHON
du -sb "$folder"
