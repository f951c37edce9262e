package lib

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// callCodec calls a function of a library. An error is one that a script can catch.
func callCodec(t *testing.T, s *lua.State, name string, args ...lua.Value) ([]lua.Value, error) {
	t.Helper()
	library, function, _ := strings.Cut(name, ".")
	fn := s.Globals().GetString(library).AsTable().GetString(function)
	results, err := s.Call(fn, args...)
	if raised := new(lua.Error); err != nil && !errors.As(err, &raised) {
		t.Fatalf("%s: %v", name, err)
	}
	return results, err
}

// canonical shows a value with the fields of tables in an order of their own, and says how deep it
// is.
func canonical(v lua.Value) (shown string, depth int) {
	if f, ok := v.AsNumber(); ok && f == 0 {
		return "0", 0 // Redis packs -0 as 0
	}
	t := v.AsTable()
	if t == nil {
		return showCodec(v, 0), 0
	}
	var fields []string
	for key, value, _ := t.Next(lua.Nil); !key.IsNil(); key, value, _ = t.Next(key) {
		k, keyDepth := canonical(key)
		x, valueDepth := canonical(value)
		fields = append(fields, "["+k+"]="+x)
		depth = max(depth, keyDepth, valueDepth)
	}
	slices.Sort(fields)
	return "{" + strings.Join(fields, ",") + "}", depth + 1
}

// canonicalAll is canonical for a list of values.
func canonicalAll(values []lua.Value) (shown string, depth int) {
	all := make([]string, len(values))
	for i, v := range values {
		d := 0
		all[i], d = canonical(v)
		depth = max(depth, d)
	}
	return strings.Join(all, " "), depth
}

// FuzzJSONDecode reads any text; what it gives, encode writes and decode reads again.
func FuzzJSONDecode(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,2.5e3,{"b":null}],"c":"\u00e9\ud83d\ude00\n"}`, `[[[]],{},"",-0]`, `"\ud83d"`,
		`[nan,-inf,0x1p4]`, `[1,2`, "1\x00", `{"a":1,"a":{}}`, strings.Repeat("[", 1001),
	} {
		f.Add(text)
	}
	s := newCodecState()
	f.Fuzz(func(t *testing.T, text string) {
		values, err := callCodec(t, s, "cjson.decode", lua.String(text))
		if err != nil {
			return
		}
		encoded, err := callCodec(t, s, "cjson.encode", values...)
		if err != nil {
			return // of NaN and infinities, and of lists with holes there is no text
		}
		again, err := callCodec(t, s, "cjson.decode", encoded...)
		if err != nil {
			t.Fatalf("%q became %s: %v", text, encoded[0], err)
		}
		encodedAgain, err := callCodec(t, s, "cjson.encode", again...)
		if err != nil || len(encodedAgain[0].String()) != len(encoded[0].String()) {
			t.Fatalf("%q became %s, then %v, error %v", text, encoded[0], encodedAgain, err)
		}
	})
}

// FuzzMsgpackUnpack reads any bytes; what they stand for, pack writes and unpack reads again.
func FuzzMsgpackUnpack(f *testing.F) {
	for _, text := range []string{
		"\x01\xe0\xcc\xff\xcd\x01\x00\xce\x00\x01\x00\x00\xcf\xff\x00\x00\x00\x00\x00\x00\x00",
		"\xd0\x80\xd1\x80\x00\xd2\x80\x00\x00\x00\xd3\x80\x00\x00\x00\x00\x00\x00\x00",
		"\xca\x3f\x80\x00\x00\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a\xc0\xc2\xc3",
		"\xa1a\xd9\x01b\xda\x00\x01c\xdb\x00\x00\x00\x01d", "\xdb\xff\xff\xff\xffabc",
		"\x93\x01\xc0\x91\xa1x\xdc\x00\x01\x01\xdd\x00\x00\x00\x01\x01", "\xdd\xff\xff\xff\xff\x01",
		"\x82\xa1a\x01\x90\x80\xde\x00\x01\x01\x02\xdf\x00\x00\x00\x01\x01\x02", "\x81\xc0\x01",
		"\xc1", strings.Repeat("\x91", 5000), strings.Repeat("\x81\x01", 5000),
	} {
		f.Add(text)
	}
	s := newCodecState()
	f.Fuzz(func(t *testing.T, text string) {
		values, err := callCodec(t, s, "cmsgpack.unpack", lua.String(text))
		if err != nil || len(values) == 0 || len(values) > lua.StackSlots/2 {
			return
		}
		shown, depth := canonicalAll(values)
		if depth > maxMsgpackNesting {
			return
		}
		packed, err := callCodec(t, s, "cmsgpack.pack", values...)
		if err != nil {
			t.Fatalf("%q is %s: %v", text, shown, err)
		}
		again, err := callCodec(t, s, "cmsgpack.unpack", packed...)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, packed[0], err)
		}
		if shownAgain, _ := canonicalAll(again); shownAgain != shown {
			t.Fatalf("%q is %s and became %s", text, shown, shownAgain)
		}
	})
}

// FuzzStructUnpack reads any bytes by any format; if size knows how long the format is, that is
// where unpack ends.
func FuzzStructUnpack(f *testing.F) {
	data := "\x01\x02\x03\x00\xff\xfe\x7f\x80abcdefgh\x00ijklmnopqrstuvwxyz"
	for _, format := range []string{
		"bBhHlLT", "!bixd", "<i3>I5f", "!4bi16", "ss", "bc0", "c3c", "i33", "!3", "q", "i99999999999",
		"b\x00b",
	} {
		f.Add(format, data)
	}
	s := newCodecState()
	f.Fuzz(func(t *testing.T, format, data string) {
		size, sizeErr := callCodec(t, s, "struct.size", lua.String(format))
		values, err := callCodec(t, s, "struct.unpack", lua.String(format), lua.String(data))
		if err != nil {
			return
		}
		end, _ := values[len(values)-1].AsNumber()
		if end < 1 || int(end) > len(data)+1 {
			t.Fatalf("%q ends at %v of %d", format, end, len(data))
		}
		if sizeErr != nil {
			return
		}
		if n, _ := size[0].AsNumber(); n != end-1 {
			t.Fatalf("%q is %v bytes long and ends at %v", format, n, end)
		}
	})
}
