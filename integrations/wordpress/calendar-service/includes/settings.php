<?php
/**
 * The address of the calendar: the option, and its page under "Settings".
 *
 * @package Calendar_Service
 */

namespace Calendar_Service;

defined( 'ABSPATH' ) || exit;

const PAGE = 'calendar-service';

/**
 * Return what is kept: the address, and the version and hash of the script that was there when it was saved.
 *
 * @return array{url: string, version: string, integrity: string}
 */
function settings(): array {
	$kept = get_option( OPTION );
	return wp_parse_args(
		is_array( $kept ) ? $kept : array(),
		array(
			'url'       => '',
			'version'   => '',
			'integrity' => '',
		)
	);
}

/**
 * Register the option and its field. WordPress checks the nonce and the capability when the page is saved.
 */
function register_settings(): void {
	register_setting(
		PAGE,
		OPTION,
		array(
			'type'              => 'object',
			'sanitize_callback' => __NAMESPACE__ . '\sanitize_settings',
		)
	);
	add_settings_section( 'calendar', '', '__return_null', PAGE );
	add_settings_field(
		'url',
		__( 'Address of the calendar', 'calendar-service' ),
		__NAMESPACE__ . '\print_address_field',
		PAGE,
		'calendar',
		array( 'label_for' => 'calendar-service-url' )
	);
}

/**
 * Return the settings to keep for an address; the earlier ones if no calendar answers there.
 *
 * @param mixed $given What the form sent.
 * @return array{url: string, version: string, integrity: string}
 */
function sanitize_settings( $given ): array {
	$earlier = settings();
	if ( ! is_array( $given ) || ! isset( $given['url'] ) || ! is_string( $given['url'] ) ) {
		return $earlier;
	}
	// WordPress calls this a second time, with what it returned, when the option is new.
	if ( isset( $given['integrity'] ) ) {
		return array_map( 'sanitize_text_field', array_intersect_key( $given, $earlier ) );
	}
	$url = untrailingslashit( trim( $given['url'] ) );
	if ( '' === $url ) {
		return array(
			'url'       => '',
			'version'   => '',
			'integrity' => '',
		);
	}
	if ( ! is_address( $url ) ) {
		add_settings_error( OPTION, 'address', __( 'Write the address of the calendar’s first page, such as https://calendar.example.org.', 'calendar-service' ) );
		return $earlier;
	}
	$loader = fetch_loader( $url );
	if ( '' === $loader ) {
		/* translators: %s: an address */
		add_settings_error( OPTION, 'calendar', sprintf( __( 'No calendar answers at %s. The earlier address is kept.', 'calendar-service' ), $url ) );
		return $earlier;
	}
	return array(
		'url'       => $url,
		'version'   => substr( hash( 'sha256', $loader ), 0, 12 ),
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- the form that browsers take.
		'integrity' => 'sha384-' . base64_encode( hash( 'sha384', $loader, true ) ),
	);
}

/**
 * Return whether a text is the address of a site or of a folder: http or https, without a query.
 *
 * @param string $url The text.
 */
function is_address( string $url ): bool {
	$parts = wp_parse_url( $url );
	return is_array( $parts ) && ! empty( $parts['host'] )
		&& in_array( $parts['scheme'] ?? '', array( 'http', 'https' ), true )
		&& ! array_intersect_key( $parts, array_flip( array( 'user', 'pass', 'query', 'fragment' ) ) )
		&& esc_url_raw( $url ) === $url;
}

/**
 * Return the script of the calendar at an address, "" if there is none.
 *
 * @param string $url The address.
 */
function fetch_loader( string $url ): string {
	$response = wp_safe_remote_get(
		$url . '/widget.js',
		array(
			'timeout'             => 10,
			'limit_response_size' => 100000,
		)
	);
	$type = wp_remote_retrieve_header( $response, 'content-type' );
	$body = wp_remote_retrieve_body( $response );
	if ( 200 !== wp_remote_retrieve_response_code( $response ) || ! is_string( $type ) || 0 !== strpos( $type, 'text/javascript' ) ) {
		return '';
	}
	return false === strpos( $body, 'calendar-widget' ) ? '' : $body;
}

/**
 * Add the page under "Settings", for those who may change settings.
 */
function add_settings_page(): void {
	add_options_page(
		__( 'Calendar Service', 'calendar-service' ),
		__( 'Calendar Service', 'calendar-service' ),
		'manage_options',
		PAGE,
		__NAMESPACE__ . '\print_settings_page'
	);
}

/**
 * Add the page to what stands under the plugin's name in the list of plugins.
 *
 * @param string[] $links The links there.
 * @return string[]
 */
function add_settings_link( array $links ): array {
	$url = admin_url( 'options-general.php?page=' . PAGE );
	array_unshift( $links, sprintf( '<a href="%s">%s</a>', esc_url( $url ), esc_html__( 'Settings', 'calendar-service' ) ) );
	return $links;
}

/**
 * Print the page.
 */
function print_settings_page(): void {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	?>
	<div class="wrap">
		<h1><?php echo esc_html( get_admin_page_title() ); ?></h1>
		<form action="<?php echo esc_url( admin_url( 'options.php' ) ); ?>" method="post">
			<?php
			settings_fields( PAGE );
			do_settings_sections( PAGE );
			submit_button();
			?>
		</form>
		<h2><?php esc_html_e( 'How to show the calendar', 'calendar-service' ); ?></h2>
		<ul class="ul-disc">
			<li><?php esc_html_e( 'Add the block “Event calendar” to a page.', 'calendar-service' ); ?></li>
			<li>
				<?php
				/* translators: %s: a shortcode */
				echo wp_kses( sprintf( __( 'Or write a shortcode: %s', 'calendar-service' ), '<code>[calendar_service view="next" kind="tender"]</code>' ), array( 'code' => array() ) );
				?>
			</li>
			<li><?php esc_html_e( 'Or paste the address of a page of the calendar on a line of its own.', 'calendar-service' ); ?></li>
		</ul>
	</div>
	<?php
}

/**
 * Print the field for the address.
 */
function print_address_field(): void {
	printf(
		'<input id="calendar-service-url" name="%s[url]" type="url" class="regular-text code" value="%s" placeholder="https://calendar.example.org" aria-describedby="calendar-service-url-hint">',
		esc_attr( OPTION ),
		esc_attr( settings()['url'] )
	);
	printf(
		'<p class="description" id="calendar-service-url-hint">%s</p>',
		esc_html__( 'Its first page. Visitors’ browsers run the calendar’s script in the version that is there when you save; save again to take a newer one.', 'calendar-service' )
	);
}
