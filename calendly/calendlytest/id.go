package calendlytest

import (
	"encoding/binary"
	"encoding/hex"
)

// kind says what an id belongs to, and separates the draws of one thing from
// those of another.
type kind uint8

// The kinds that have ids. They are part of every id: append, never reorder.
const (
	kindOrganization kind = iota + 1
	kindUser
	kindMembership
	kindInvitation
	kindTeam
	kindEventType
	kindEventTypeMembership
	kindEvent
	kindInvitee
	kindNoShow
	kindSchedule
	kindRoutingForm
	kindQuestion
	kindSubmission
	kindGroup
	kindRelationship
	kindWebhook
	kindActivity
	kindContact
	kindField
	kindFieldOption
	kindContactList
	kindNote
	kindRecap
	kindsWithID // one more than the last kind that has an id
)

// ref names one object: its kind, its index among those of the kind, and for
// objects inside another (the invitee of an event) the number within it.
type ref struct {
	kind  kind
	index int
	sub   int
}

const (
	indexBits = 40
	subBits   = 14
	halfMask  = 1<<30 - 1 // half of a payload of kind, sub and index: 60 bits
)

// codec turns refs into ids that look like lower-case UUIDv4 and back, with no
// table: 60 bits hold the ref, shuffled by a keyed bijection, and 62 bits check
// it, so that an id nobody minted is not taken for one.
type codec struct{ keys [5]uint64 }

func newCodec(key uint64) codec {
	d := draw{state: key}
	var c codec
	for i := range c.keys {
		c.keys[i] = d.next()
	}
	return c
}

// id returns the id of r.
func (c *codec) id(r ref) string {
	plain := uint64(r.kind)<<(indexBits+subBits) | uint64(r.sub)<<indexBits | uint64(r.index)
	left, right := plain>>30, plain&halfMask
	for _, k := range c.keys[:4] {
		left, right = right, left^mix(right^k)&halfMask
	}
	code := left<<30 | right
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], code>>12<<16|0x4000|code&0xfff)
	binary.BigEndian.PutUint64(b[8:], 1<<63|c.check(plain))
	return dashed(b)
}

// ref returns what id was minted for, and whether it was minted with this key.
func (c *codec) ref(id string) (ref, bool) {
	b, ok := undashed(id)
	if !ok {
		return ref{}, false
	}
	high := binary.BigEndian.Uint64(b[:8])
	code := high>>16<<12 | high&0xfff
	left, right := code>>30, code&halfMask
	for i := 3; i >= 0; i-- {
		left, right = right^mix(left^c.keys[i])&halfMask, left
	}
	plain := left<<30 | right
	if high&0xf000 != 0x4000 || binary.BigEndian.Uint64(b[8:]) != 1<<63|c.check(plain) {
		return ref{}, false
	}
	return ref{
		kind:  kind(plain >> (indexBits + subBits)),
		sub:   int(plain >> indexBits & (1<<subBits - 1)),
		index: int(plain & (1<<indexBits - 1)),
	}, true
}

// check returns 62 bits that only this key gives for plain.
func (c *codec) check(plain uint64) uint64 {
	return mix(mix(plain^c.keys[4])+c.keys[0]) >> 2
}

func dashed(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[:8], b[:4])
	s[8] = '-'
	hex.Encode(s[9:13], b[4:6])
	s[13] = '-'
	hex.Encode(s[14:18], b[6:8])
	s[18] = '-'
	hex.Encode(s[19:23], b[8:10])
	s[23] = '-'
	hex.Encode(s[24:], b[10:])
	return string(s[:])
}

// undashed reads the one way dashed writes: lower-case digits, four dashes.
func undashed(s string) (b [16]byte, ok bool) {
	if len(s) != 36 {
		return b, false
	}
	digits := make([]byte, 0, 32)
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		switch {
		case dash != (s[i] == '-'), 'A' <= s[i] && s[i] <= 'F':
			return b, false
		case !dash:
			digits = append(digits, s[i])
		}
	}
	_, err := hex.Decode(b[:], digits)
	return b, err == nil
}
