package resp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"hash"
)

// This file opens private keys that are protected by a password, which crypto/tls does not.
// OpenSSL writes two kinds: PKCS #8 with PBES2 (RFC 8018), and, before version 3, an older one
// whose PEM block says how it is encrypted.

// errKeyPassword means that a key can't be opened.
var errKeyPassword = errors.New("the key is encrypted, and tls-key-file-pass does not open it")

// decryptKey returns the PEM text of a private key that is not encrypted.
func decryptKey(text []byte, password string) ([]byte, error) {
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return text, nil
		}
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY":
			der, err := decryptPKCS8(block.Bytes, password)
			if err != nil {
				return nil, err
			}
			return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
		//lint:ignore SA1019 that this encryption is weak is known to whoever uses it
		case x509.IsEncryptedPEMBlock(block):
			//lint:ignore SA1019 as above
			der, err := x509.DecryptPEMBlock(block, []byte(password))
			if err != nil {
				return nil, errKeyPassword
			}
			return pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: der}), nil
		}
	}
}

// The structures of RFC 5958 and RFC 8018.
type (
	encryptedKey struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	pbes2 struct{ KDF, Cipher pkix.AlgorithmIdentifier }
	kdf   struct {
		Salt       []byte
		Iterations int
		KeyBytes   int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

// prfs are the hashes of PBKDF2, the first one by default.
var prfs = []struct {
	oid  asn1.ObjectIdentifier
	hash func() hash.Hash
}{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}, sha1.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}, sha256.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}, sha512.New384},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}, sha512.New},
}

// keyCiphers are AES in CBC mode, by the length of the key.
var keyCiphers = []struct {
	oid      asn1.ObjectIdentifier
	keyBytes int
}{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}, 16},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}, 24},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}, 32},
}

// maxKeyIterations bounds the work that a key file can ask for: 500 times OpenSSL's.
const maxKeyIterations = 1_000_000

// errKeyKind means that a key is encrypted in a way that is not known here.
var errKeyKind = errors.New("the key is encrypted in a way other than PBES2 with PBKDF2 and AES")

// decryptPKCS8 opens an encrypted key.
func decryptPKCS8(der []byte, password string) ([]byte, error) {
	var k encryptedKey
	var p pbes2
	var f kdf
	if _, err := asn1.Unmarshal(der, &k); err != nil || !k.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, errKeyKind
	}
	if _, err := asn1.Unmarshal(k.Algorithm.Parameters.FullBytes, &p); err != nil {
		return nil, errKeyKind
	}
	if _, err := asn1.Unmarshal(p.KDF.Parameters.FullBytes, &f); err != nil ||
		!p.KDF.Algorithm.Equal(oidPBKDF2) || f.Iterations < 1 || f.Iterations > maxKeyIterations {
		return nil, errKeyKind
	}
	var iv []byte
	if _, err := asn1.Unmarshal(p.Cipher.Parameters.FullBytes, &iv); err != nil {
		return nil, errKeyKind
	}
	key, err := f.key(password, p.Cipher.Algorithm)
	if err != nil {
		return nil, err
	}
	return decryptCBC(k.Data, key, iv)
}

// key derives the key of a cipher from a password.
func (f *kdf) key(password string, algorithm asn1.ObjectIdentifier) ([]byte, error) {
	for _, c := range keyCiphers {
		if !c.oid.Equal(algorithm) {
			continue
		}
		if len(f.PRF.Algorithm) == 0 {
			f.PRF.Algorithm = prfs[0].oid
		}
		for _, prf := range prfs {
			if prf.oid.Equal(f.PRF.Algorithm) {
				return pbkdf2.Key(prf.hash, password, f.Salt, f.Iterations, c.keyBytes)
			}
		}
	}
	return nil, errKeyKind
}

// decryptCBC decrypts, and removes the padding, which tells a wrong password.
func decryptCBC(data, key, iv []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(iv) != block.BlockSize() {
		return nil, errKeyKind
	}
	if len(data) == 0 || len(data)%block.BlockSize() != 0 {
		return nil, errKeyPassword
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > block.BlockSize() {
		return nil, errKeyPassword
	}
	for _, b := range plain[len(plain)-padding:] {
		if int(b) != padding {
			return nil, errKeyPassword
		}
	}
	return plain[:len(plain)-padding], nil
}
