package calendlytest

import (
	"strings"
	"time"
)

// culture is where people of the world come from: names in their own script,
// with a spelling for addresses behind "=" where it is not plain ASCII.
type culture struct {
	zone, country string
	locale        string
	given, family string
	familyFirst   bool
}

// cultures lists a spread of scripts, accents, directions and zones.
func cultures() []culture {
	return []culture{
		{"America/New_York", "US", "en", "Emily James Olivia Noah Grace Daniel", "Carter Brooks O’Neil=oneil Washington Nguyen Smith-Jones", false},
		{"America/Chicago", "US", "en", "Ava Ethan Mia Logan Sky🌈=sky Jordan", "Miller Davis Johnson Anderson Moore Clark", false},
		{"America/Los_Angeles", "US", "en", "Harper Mason Zoë=zoe Liam Chloe Mateo", "Rivera Chen Patel Kim Walker Lee", false},
		{"Europe/London", "GB", "en", "Amelia Oliver Isla Harry Niamh Callum", "Taylor MacDonald Hughes Évans=evans Wright Khan", false},
		{"Europe/Paris", "FR", "fr", "Renée=renee Zoé=zoe François=francois Hélène=helene Luc Maëlle=maelle", "Lefèvre=lefevre Dubois Garçon=garcon Bénard=benard Moreau d’Arc=darc", false},
		{"Europe/Berlin", "DE", "de", "Jürgen=juergen Anja Björn=bjoern Käthe=kaethe Lukas Sophie", "Müller=mueller Weiß=weiss Schröder=schroeder Groß=gross Vogel Köhler=koehler", false},
		{"Europe/Madrid", "ES", "es", "Íñigo=inigo María=maria José=jose Lucía=lucia Sofía=sofia Álvaro=alvaro", "Muñoz=munoz García=garcia Peña=pena Ibáñez=ibanez López=lopez Núñez=nunez", false},
		{"America/Sao_Paulo", "BR", "pt", "João=joao Antônia=antonia Luís=luis Conceição=conceicao Inês=ines Thiago", "Gonçalves=goncalves Araújo=araujo Simões=simoes Silva Magalhães=magalhaes Brandão=brandao", false},
		{"Europe/Warsaw", "PL", "en", "Łukasz=lukasz Małgorzata=malgorzata Paweł=pawel Grażyna=grazyna Zofia Stanisław=stanislaw", "Wiśniewski=wisniewski Wójcik=wojcik Żak=zak Kamińska=kaminska Dąbrowski=dabrowski Ślusarz=slusarz", false},
		{"Europe/Prague", "CZ", "en", "Jiří=jiri Tereza Ondřej=ondrej Žofie=zofie Šimon=simon Eliška=eliska", "Dvořák=dvorak Černý=cerny Novák=novak Růžička=ruzicka Kříž=kriz Horáková=horakova", false},
		{"Europe/Stockholm", "SE", "en", "Åsa=asa Björn=bjorn Märta=marta Søren=soren Ingrid Øyvind=oyvind", "Ångström=angstrom Sjöberg=sjoberg Lindqvist Ødegård=odegard Håkansson=hakansson Berg", false},
		{"Europe/Istanbul", "TR", "en", "Çağla=cagla İbrahim=ibrahim Şule=sule Gökhan=gokhan Işıl=isil Ömer=omer", "Yılmaz=yilmaz Öztürk=ozturk Çelik=celik Şahin=sahin Doğan=dogan Güneş=gunes", false},
		{"Europe/Kyiv", "UA", "uk", "Олена=olena Тарас=taras Їванна=ivanna Богдан=bohdan Ганна=hanna Юрій=yurii", "Шевченко=shevchenko Ковальчук=kovalchuk Бойко=boiko Гнатюк=hnatiuk Лисенко=lysenko Мороз=moroz", false},
		{"Europe/Athens", "GR", "en", "Ελένη=eleni Γιώργος=giorgos Δήμητρα=dimitra Νίκος=nikos Χλόη=chloi Σπύρος=spyros", "Παπαδόπουλος=papadopoulos Οικονόμου=oikonomou Ξανθάκης=xanthakis Βλάχος=vlachos Ψαράς=psaras Ζέρβας=zervas", false},
		{"Asia/Dubai", "AE", "en", "ليلى=layla عمر=omar فاطمة=fatima يوسف=yousef نور=noor خالد=khaled", "حداد=haddad المنصوري=almansouri الخطيب=alkhatib سليمان=suleiman العلي=alali ناصر=nasser", false},
		{"Asia/Jerusalem", "IL", "en", "נועה=noa איתן=eitan שירה=shira דוד=david תמר=tamar יעל=yael", "לוי=levi כהן=cohen פרץ=peretz מזרחי=mizrahi אברהם=avraham ביטון=biton", false},
		{"Asia/Kolkata", "IN", "en", "प्रिया=priya अर्जुन=arjun லட்சுமி=lakshmi Rohan Ananya ఆదిత్య=aditya", "शर्मा=sharma Iyer Krishnamurthy सिंह=singh Banerjee Reddy", false},
		{"Asia/Tokyo", "JP", "en", "太郎=taro 花子=hanako 健太=kenta さくら=sakura 翔=sho 美咲=misaki", "田中=tanaka 佐藤=sato 鈴木=suzuki 高橋=takahashi 渡辺=watanabe 小林=kobayashi", true},
		{"Asia/Shanghai", "CN", "en", "伟=wei 芳=fang 秀英=xiuying 磊=lei 静=jing 子涵=zihan", "王=wang 李=li 张=zhang 刘=liu 陈=chen 欧阳=ouyang", true},
		{"Asia/Seoul", "KR", "en", "민준=minjun 서연=seoyeon 지우=jiwoo 하은=haeun 도윤=doyun 예준=yejun", "김=kim 이=lee 박=park 최=choi 정=jung 남궁=namgung", true},
		{"Asia/Bangkok", "TH", "en", "สมชาย=somchai มาลี=malee ณัฐ=nat พิมพ์=pim อนันต์=anan กมล=kamon", "ใจดี=jaidee ศรีสุข=srisuk วงศ์ไทย=wongthai แสงทอง=saengthong บุญมา=boonma รักษา=raksa", false},
		{"Asia/Ho_Chi_Minh", "VN", "en", "Ánh=anh Đức=duc Hương=huong Quỳnh=quynh Tuấn=tuan Thảo=thao", "Nguyễn=nguyen Trần=tran Phạm=pham Đặng=dang Võ=vo Bùi=bui", true},
		{"Africa/Lagos", "NG", "en", "Chiamaka Babátúndé=babatunde Ngozi Olúfẹ́mi=olufemi Adaeze Emeka", "Okonkwo Adébáyọ̀=adebayo Eze Ọláwálé=olawale Abubakar Nwosu", false},
		{"Pacific/Auckland", "NZ", "en", "Mārama=marama Hēmi=hemi Aroha Tāne=tane Anahera Wiremu", "Ngāta=ngata Parata Tūhoe=tuhoe Walker Rēweti=reweti Harawira", false},
	}
}

// city returns the city that the zone is named after.
func (c *culture) city() string {
	_, city, _ := strings.Cut(c.zone, "/")
	return strings.ReplaceAll(city, "_", " ")
}

// fullName is a name as it is written and as it stands in addresses.
type fullName struct {
	first, last, written string
	address              string // as "renee.lefevre"
}

// namer draws names; it holds the table of cultures, split once.
type namer struct{ cultures []splitCulture }

type splitCulture struct {
	culture

	given, family []string
}

func newNamer() namer {
	var n namer
	for _, c := range cultures() {
		n.cultures = append(n.cultures, splitCulture{c, strings.Fields(c.given), strings.Fields(c.family)})
	}
	return n
}

// draw returns a name, and the culture it is of.
func (n *namer) draw(d *draw) (fullName, *splitCulture) {
	c := &n.cultures[d.n(len(n.cultures))]
	first, firstASCII := spelled(pick(d, c.given))
	last, lastASCII := spelled(pick(d, c.family))
	name := fullName{first: first, last: last, written: first + " " + last, address: firstASCII + "." + lastASCII}
	if c.familyFirst {
		name.written = last + " " + first
	}
	return name, c
}

// spelled splits an entry into the name and its spelling in addresses.
func spelled(entry string) (name, ascii string) {
	name, ascii, ok := strings.Cut(entry, "=")
	if !ok {
		ascii = strings.ToLower(name)
	}
	return name, ascii
}

// zones returns the zones of all cultures by name.
func zones() map[string]*time.Location {
	found := map[string]*time.Location{}
	for _, c := range cultures() {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			panic(err) // the zones are linked in, see schedule.go: a name is wrong
		}
		found[c.zone] = zone
	}
	return found
}
