package resp

import (
	"crypto/tls"
	"slices"
	"strings"
)

// opensslNames are OpenSSL's names of the cipher suites of TLS 1.2 and older that crypto/tls has.
var opensslNames = [...]struct {
	id   uint16
	name string
}{
	{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, "DES-CBC3-SHA"},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA"},
	{tls.TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA"},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256"},
	{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "AES128-GCM-SHA256"},
	{tls.TLS_RSA_WITH_AES_256_GCM_SHA384, "AES256-GCM-SHA384"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA"},
	{tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, "ECDHE-RSA-DES-CBC3-SHA"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA"},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA-AES128-SHA256"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA-AES128-SHA256"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256"},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384"},
	{tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305"},
	{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305"},
}

// parseCiphers reads tls-ciphers, a list as OpenSSL has it: names and words for groups of suites,
// words joined by + for what is in all of them, ! and - in front of what is taken away. nil is
// crypto/tls's own choice, for an empty list; the order is crypto/tls's in any case. Words that
// OpenSSL has for what crypto/tls has not (aNULL, RC4) stand for nothing.
func parseCiphers(list string) ([]uint16, error) {
	if list == "" {
		return nil, nil
	}
	var chosen, banned []uint16
	for token := range strings.FieldsFuncSeq(list, isCipherSeparator) {
		switch {
		case strings.HasPrefix(token, "@"): // the order, and a level of security
		case strings.HasPrefix(token, "!"):
			banned = append(banned, matchCiphers(token[1:])...)
		case strings.HasPrefix(token, "-"):
			gone := matchCiphers(token[1:])
			chosen = slices.DeleteFunc(chosen, func(id uint16) bool {
				return slices.Contains(gone, id)
			})
		default:
			chosen = append(chosen, matchCiphers(strings.TrimPrefix(token, "+"))...)
		}
	}
	chosen = slices.DeleteFunc(chosen, func(id uint16) bool { return slices.Contains(banned, id) })
	if len(chosen) == 0 {
		return nil, TLSError("Failed to configure ciphers: " + list)
	}
	slices.Sort(chosen)
	return slices.Compact(chosen), nil
}

func isCipherSeparator(r rune) bool { return r == ':' || r == ',' || r == ' ' }

// matchCiphers are the suites that a name, or words joined by +, stand for.
func matchCiphers(token string) (ids []uint16) {
	for _, s := range opensslNames {
		fits := s.name == token
		if !fits {
			fits = true
			for word := range strings.SplitSeq(token, "+") {
				fits = fits && inGroup(s.id, s.name, word)
			}
		}
		if fits {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// inGroup reports whether a suite is one of those that a word of OpenSSL's stands for.
func inGroup(id uint16, name, word string) bool {
	ephemeral := strings.HasPrefix(name, "ECDHE-")
	ecdsa := strings.Contains(name, "ECDSA")
	aead := strings.Contains(name, "GCM") || strings.Contains(name, "POLY1305")
	switch word {
	case "ALL", "COMPLEMENTOFDEFAULT", "COMPLEMENTOFALL":
		return word == "ALL"
	case "DEFAULT":
		return isDefaultCipher(id)
	case "HIGH":
		return !strings.Contains(name, "DES")
	case "MEDIUM", "3DES":
		return strings.Contains(name, "DES")
	case "kRSA", "RSA":
		return !ephemeral
	case "kECDHE", "kEECDH", "ECDHE", "EECDH", "ECDH":
		return ephemeral
	case "aRSA":
		return !ecdsa
	case "aECDSA", "ECDSA":
		return ecdsa
	case "AES":
		return strings.Contains(name, "AES")
	case "AES128", "AES256", "CHACHA20":
		return strings.Contains(name, word)
	case "AESGCM":
		return strings.Contains(name, "GCM")
	case "SHA", "SHA1":
		return strings.HasSuffix(name, "-SHA")
	case "SHA256", "SHA384":
		return strings.HasSuffix(name, word) && !aead
	case "TLSv1.2":
		return aead || strings.HasSuffix(name, "-SHA256")
	case "SSLv3", "TLSv1", "TLSv1.0":
		return strings.HasSuffix(name, "-SHA")
	}
	return false
}

// isDefaultCipher reports whether crypto/tls itself would offer the suite.
func isDefaultCipher(id uint16) bool {
	return slices.ContainsFunc(tls.CipherSuites(), func(s *tls.CipherSuite) bool {
		return s.ID == id
	})
}
